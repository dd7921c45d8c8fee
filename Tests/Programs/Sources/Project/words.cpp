#include "count.h"
#include <cmath>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

static int counted(const std::string &word, char **argv, int length)
{
    if (word == "throw")
        throw std::invalid_argument(word);
    return count_word(word.c_str(), argv, length);
}

int main(int argc, char **argv)
{
    std::cout << found() << '\n';
    std::map<std::string, int> counts;
    for (int i = 1; i < argc; i++) {
        try {
            counts[argv[i]] = counted(argv[i], argv + 1, argc - 1);
        } catch (const std::exception &e) {
            std::cout << "not counted: " << e.what() << '\n';
        }
    }
    for (const auto &[word, count] : counts)
        std::cout << word << ' ' << count << '\n';
    std::cout << std::sqrt(argc) << '\n';
    return argc;
}
