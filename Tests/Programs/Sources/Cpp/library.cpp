// The C++ library: exceptions across frames and threads, tasks, streams, containers, file system.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iomanip>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <regex>
#include <shared_mutex>
#include <sstream>
#include <string>
#include <thread>
#include <typeinfo>
#include <unordered_map>
#include <variant>
#include <vector>

namespace fs = std::filesystem;

struct Counted {
    static std::atomic<int> alive;
    Counted() { alive++; }
    Counted(const Counted &) { alive++; }
    ~Counted() { alive--; }
};
std::atomic<int> Counted::alive{0};

struct Special : std::runtime_error {
    int code;
    Special(const std::string &what, int code) : std::runtime_error(what), code(code) {}
};

static int descend(int depth)
{
    Counted here;
    if (depth == 0) throw Special("at the bottom", 42);
    return descend(depth - 1) + 1;
}

static void exceptions()
{
    try {
        descend(200);
    } catch (const Special &e) {
        std::cout << e.what() << ' ' << e.code << " alive " << Counted::alive << '\n';
    }
    try {
        try {
            std::vector<int>().at(3);
        } catch (...) {
            std::throw_with_nested(std::logic_error("outer"));
        }
    } catch (const std::exception &e) {
        std::cout << e.what();
        try { std::rethrow_if_nested(e); } catch (const std::out_of_range &) { std::cout << " around out_of_range\n"; }
    }
    int caught = 0;
    for (int i = 0; i < 2000; i++) {
        try {
            if (i % 3 == 0) throw i;
            if (i % 3 == 1) throw std::string("text");
            throw std::make_unique<int>(i);
        } catch (int) { caught += 1; } catch (const std::string &) { caught += 1000; } catch (const std::unique_ptr<int> &) { caught += 1000000; }
    }
    std::cout << "caught " << caught << '\n';
    try { dynamic_cast<Special &>(*std::make_unique<std::runtime_error>("x")); } catch (const std::bad_cast &) { std::cout << "bad cast\n"; }
    // Not even NORESERVE memory is that large.
    try { volatile std::size_t huge = std::size_t(1) << 62; ::operator delete(::operator new(huge)); } catch (const std::bad_alloc &) { std::cout << "bad alloc\n"; }
}

static void threads()
{
    std::exception_ptr error;
    std::thread thrower([&] { try { descend(50); } catch (...) { error = std::current_exception(); } });
    thrower.join();
    try { std::rethrow_exception(error); } catch (const Special &e) { std::cout << "from a thread: " << e.what() << '\n'; }

    std::vector<std::thread> pool;
    std::atomic<int> total{0};
    for (int t = 0; t < 16; t++)
        pool.emplace_back([&total, t] {
            for (int i = 0; i < 100; i++)
                try { descend(i % 20); } catch (const Special &e) { total += e.code + t; }
        });
    for (auto &t : pool) t.join();
    std::cout << "thrown in 16 threads " << total << " alive " << Counted::alive << '\n';

    std::vector<std::future<long>> futures;
    for (long i = 0; i < 20; i++)
        futures.push_back(std::async(std::launch::async, [i] { if (i == 13) throw std::domain_error("thirteen"); return i * i; }));
    long sum = 0;
    for (auto &f : futures) try { sum += f.get(); } catch (const std::domain_error &e) { std::cout << "async " << e.what() << '\n'; }
    std::cout << "async sum " << sum << '\n';
    std::cout << "deferred " << std::async(std::launch::deferred, [] { return 5; }).get() << '\n';

    std::promise<std::string> promise;
    auto answer = promise.get_future();
    std::cout << "ready " << (answer.wait_for(std::chrono::milliseconds(5)) == std::future_status::ready) << '\n';
    std::thread([&promise] { promise.set_value_at_thread_exit("kept"); }).detach();
    std::cout << answer.get() << '\n';
    std::packaged_task<int(int)> task([](int n) { return n * 2; });
    auto result = task.get_future();
    std::thread(std::move(task), 21).join();
    std::cout << result.get() << '\n';
    { std::future<int> broken; { std::promise<int> gone; broken = gone.get_future(); } try { broken.get(); } catch (const std::future_error &e) { std::cout << e.code().message() << '\n'; } }

    std::shared_mutex rw;
    std::map<int, int> map;
    std::vector<std::jthread> crowd;
    for (int t = 0; t < 8; t++)
        crowd.emplace_back([&, t] {
            for (int i = 0; i < 200; i++) {
                if (i % 4 == 0) { std::unique_lock lock(rw); map[i]++; }
                else { std::shared_lock lock(rw); if (map.count(i) && map.at(i) > 8) std::terminate(); }
            }
        });
    crowd.clear();
    std::cout << "map " << map.size() << ' ' << std::accumulate(map.begin(), map.end(), 0, [](int s, auto &p) { return s + p.second; }) << '\n';

    std::mutex m;
    std::condition_variable_any cv;
    bool stopped = false;
    { std::jthread waiter([&](std::stop_token stop) { std::unique_lock lock(m); stopped = !cv.wait(lock, stop, [] { return false; }); }); }
    std::cout << "stopped " << stopped << '\n';
    thread_local int own = 5;
    int other = 0;
    own = 6;
    std::thread([&] { other = own; }).join();
    std::cout << "thread_local " << own << other << '\n';
    std::once_flag once;
    std::atomic<int> calls{0};
    try { std::call_once(once, [] { throw 1; }); } catch (int) {}
    std::vector<std::thread> callers;
    for (int i = 0; i < 8; i++) callers.emplace_back([&] { std::call_once(once, [&] { calls++; }); });
    for (auto &c : callers) c.join();
    std::cout << "once " << calls << '\n';
    auto start = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::cout << "slept " << (std::chrono::steady_clock::now() - start >= std::chrono::milliseconds(20)) << '\n';
}

static void streams()
{
    std::cout << std::setw(8) << std::setfill('*') << 42 << std::hex << std::showbase << ' ' << 255 << std::dec << ' ' << std::fixed << std::setprecision(3) << 2.0 / 3 << '\n';
    std::istringstream in("7 words 2.5 rest of line");
    int n; std::string w; double d; std::string rest;
    in >> n >> w >> d;
    std::getline(in, rest);
    std::cout << n << w << d << rest << '\n';
    std::ofstream("data.txt") << "alpha 1\nbeta 2\ngamma 3\n";
    std::ifstream file("data.txt");
    std::unordered_map<std::string, int> table;
    for (std::string key; file >> key >> n;) table[key] = n;
    std::cout << table.size() << ' ' << table["beta"] << ' ' << file.eof() << '\n';
    std::fstream both("data.txt", std::ios::in | std::ios::out | std::ios::binary);
    both.seekp(6); both << '9'; both.seekg(0);
    std::getline(both, rest);
    std::cout << rest << ' ' << both.tellg() << '\n';
    std::ifstream missing("missing.txt");
    std::cout << missing.is_open() << '\n';
    missing.exceptions(std::ios::failbit);
    std::cout << "unreachable\n";
}

static void files()
{
    fs::create_directories("top/one/two");
    std::ofstream("top/one/file") << std::string(5000, 'x');
    fs::copy_file("top/one/file", "top/copy");
    fs::create_symlink("one/file", "top/link");
    fs::create_hard_link("top/copy", "top/hard");
    std::vector<std::string> names;
    for (auto &entry : fs::recursive_directory_iterator("top"))
        names.push_back(entry.path().string() + (entry.is_symlink() ? "@" : entry.is_directory() ? "/" : ":" + std::to_string(entry.file_size())));
    std::sort(names.begin(), names.end());
    for (auto &name : names) std::cout << name << ' ';
    std::cout << fs::hard_link_count("top/hard") << fs::equivalent("top/hard", "top/copy") << '\n';
    fs::rename("top/copy", "top/one/two/renamed");
    fs::resize_file("top/one/two/renamed", 100);
    fs::permissions("top/one/file", fs::perms::owner_read);
    std::cout << fs::file_size("top/hard") << ' ' << std::oct << (int)fs::status("top/one/file").permissions() << std::dec << ' ' << fs::read_symlink("top/link") << '\n';
    std::error_code error;
    std::cout << fs::remove("top/one", error) << ' ' << error.message() << '\n';
    try { (void)fs::file_size("top/none"); } catch (const fs::filesystem_error &e) { std::cout << e.path1() << ' ' << e.code().value() << '\n'; }
    std::cout << fs::remove_all("top") << ' ' << fs::exists("top") << '\n';
}

static void containers()
{
    std::vector<int> v(10000);
    std::iota(v.begin(), v.end(), 0);
    std::sort(v.begin(), v.end(), [](int a, int b) { return a * 7919L % 10007 < b * 7919L % 10007; });
    std::cout << v[0] << ' ' << v[1] << ' ' << v[9999] << ' ' << std::accumulate(v.begin(), v.end(), 0L) << '\n';
    std::smatch match;
    std::string text = "on 2024-02-29 and 2025-03-01";
    while (std::regex_search(text, match, std::regex(R"((\d+)-(\d+)-(\d+))"))) { std::cout << match[1] << '/' << match[2] << ' '; text = match.suffix(); }
    std::variant<int, std::string> choice = "text";
    std::cout << choice.index() << std::visit([](auto &x) { std::ostringstream o; o << x; return o.str(); }, choice) << '\n';
    std::shared_ptr<Counted> shared = std::make_shared<Counted>();
    std::weak_ptr<Counted> weak = shared;
    shared.reset();
    std::cout << weak.expired() << '\n';
}

int main(int argc, char **)
{
    if (argc > 1) {
        std::set_terminate([] { std::cout << "terminated" << std::endl; std::_Exit(77); });
        throw Special("uncaught", 1);
    }
    exceptions();
    threads();
    try { streams(); } catch (const std::ios_base::failure &) { std::cout << "stream failure\n"; }
    files();
    containers();
    return 0;
}
