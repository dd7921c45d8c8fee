// A Rust program on the standard library; its first argument says what it does. It prints nothing that chance decides.
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::panic;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::sync::{Arc, Barrier, Condvar, Mutex, Once, RwLock};
use std::thread;
use std::time::{Duration, Instant};

fn main() -> io::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("threads") => threads(),
        Some("channels") => channels(),
        Some("files") => files()?,
        Some("panics") => panics(),
        Some("abort") => panic!("nobody catches this"),
        Some("exit") => std::process::exit(41),
        _ => {
            eprintln!("say what to do");
            std::process::exit(2);
        }
    }
    Ok(())
}

thread_local!(static OWN: Cell<usize> = Cell::new(7));

fn threads() {
    let counter = Arc::new(Mutex::new(0usize));
    let handles: Vec<_> = (0..32)
        .map(|n| {
            let counter = Arc::clone(&counter);
            thread::Builder::new().name(format!("worker-{}", n)).stack_size(128 * 1024).spawn(move || {
                for _ in 0..500 {
                    *counter.lock().unwrap() += 1;
                }
                OWN.with(|own| own.set(own.get() + n));
                (thread::current().name().unwrap().len(), OWN.with(Cell::get))
            }).unwrap()
        })
        .collect();
    let results: Vec<_> = handles.into_iter().map(|h| h.join().unwrap()).collect();
    println!("mutex {} names {} own {}", counter.lock().unwrap(), results.iter().map(|r| r.0).sum::<usize>(), results.iter().map(|r| r.1).sum::<usize>());

    let table = RwLock::new(BTreeMap::new());
    thread::scope(|scope| {
        for n in 0..6 {
            let table = &table;
            scope.spawn(move || {
                for i in 0..200 {
                    if n % 3 == 0 {
                        *table.write().unwrap().entry(i % 10).or_insert(0) += 1;
                    } else {
                        assert!(table.read().unwrap().len() <= 10);
                    }
                }
            });
        }
    });
    println!("rwlock {:?}", table.read().unwrap());

    let barrier = Arc::new(Barrier::new(8));
    let leaders: usize = (0..8).map(|_| { let b = barrier.clone(); thread::spawn(move || (0..10).filter(|_| b.wait().is_leader()).count()) })
        .collect::<Vec<_>>().into_iter().map(|h| h.join().unwrap()).sum();
    println!("leaders {}", leaders);

    let pair = Arc::new((Mutex::new(0), Condvar::new()));
    let other = pair.clone();
    let waiter = thread::spawn(move || {
        let mut stage = other.0.lock().unwrap();
        while *stage < 100 { stage = other.1.wait(stage).unwrap(); }
        *stage
    });
    for _ in 0..100 { *pair.0.lock().unwrap() += 1; pair.1.notify_one(); }
    println!("condvar {}", waiter.join().unwrap());
    let (_, timeout) = pair.1.wait_timeout(pair.0.lock().unwrap(), Duration::from_millis(5)).unwrap();
    println!("timed out {}", timeout.timed_out());

    static ONCE: Once = Once::new();
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    thread::scope(|s| for _ in 0..8 { s.spawn(|| ONCE.call_once(|| { CALLS.fetch_add(1, Ordering::SeqCst); })); });
    println!("once {}", CALLS.load(Ordering::SeqCst));

    let parked = thread::spawn(|| { thread::park(); "unparked" });
    parked.thread().unpark();
    println!("{}", parked.join().unwrap());
    let start = Instant::now();
    thread::sleep(Duration::from_millis(20));
    println!("slept {} cores {}", start.elapsed() >= Duration::from_millis(20), thread::available_parallelism().is_ok());
    let shared = Rc::new(RefCell::new(vec![1, 2, 3]));
    shared.borrow_mut().push(4);
    println!("{:?} {}", shared, shared.try_borrow_mut().is_ok());
}

fn channels() {
    let (sender, receiver) = mpsc::channel();
    for n in 0..8u64 {
        let sender = sender.clone();
        thread::spawn(move || for i in 0..1000 { sender.send(n * 1000 + i).unwrap(); });
    }
    drop(sender);
    println!("sum {}", receiver.iter().sum::<u64>());
    let (full, bounded) = mpsc::sync_channel(1);
    let writer = thread::spawn(move || { let mut refused = 0; for i in 0..100 { if full.try_send(i).is_err() { refused += 1; full.send(i).unwrap(); } } refused <= 100 });
    let mut order = true;
    for (i, item) in bounded.iter().enumerate() { order &= i == item; }
    println!("order {} {}", order, writer.join().unwrap());
    let (_kept, silent) = mpsc::channel::<()>();
    println!("{:?} {:?}", silent.recv_timeout(Duration::from_millis(5)), silent.try_recv());
    let (dead, gone) = mpsc::channel::<i32>();
    drop(gone);
    println!("{:?}", dead.send(1));
    let mut words: HashMap<String, usize> = HashMap::new();
    for i in 0..10000 { *words.entry(format!("w{}", i * 7919 % 101)).or_default() += 1; }
    println!("{} {}", words.len(), words["w42"]);
    let mut big: Vec<u64> = (0..200_000).map(|i| i * 7919 % 200_003).collect();
    big.sort_unstable();
    big.shrink_to_fit();
    println!("{:?} {}", &big[..4], big.iter().sum::<u64>());
    let mut grown = Vec::new();
    for i in 0..3_000_000u32 { grown.push(i); }
    println!("{}", grown.iter().map(|&x| x as u64).sum::<u64>());
}

fn files() -> io::Result<()> {
    fs::create_dir_all("work/inner")?;
    fs::write("work/text", "first\nsecond\nthird\n")?;
    let mut file = OpenOptions::new().read(true).write(true).open("work/text")?;
    file.seek(SeekFrom::End(0))?;
    writeln!(file, "fourth")?;
    file.seek(SeekFrom::Start(6))?;
    let mut word = [0; 6];
    file.read_exact(&mut word)?;
    println!("{} {}", String::from_utf8_lossy(&word), file.metadata()?.len());
    file.set_len(12)?;
    file.sync_all()?;
    println!("{:?}", BufReader::new(File::open("work/text")?).lines().collect::<Result<Vec<_>, _>>()?);
    println!("{}", fs::copy("work/text", "work/inner/copy")?);
    fs::rename("work/inner/copy", "work/moved")?;
    fs::hard_link("work/moved", "work/hard")?;
    std::os::unix::fs::symlink("moved", "work/link")?;
    let mut names: Vec<_> = fs::read_dir("work")?.map(|e| { let e = e.unwrap(); (e.file_name().into_string().unwrap(), e.file_type().unwrap().is_symlink()) }).collect();
    names.sort();
    println!("{:?} {:?}", names, fs::read_link("work/link")?);
    println!("{:?} {:?}", File::open("missing").unwrap_err().kind(), fs::remove_dir("work").is_err());
    println!("{:?}", OpenOptions::new().write(true).create_new(true).open("work/text").unwrap_err().kind());
    let handles: Vec<_> = (0..10).map(|n| thread::spawn(move || fs::write(format!("work/t{}", n), vec![n; 1000 * n as usize]))).collect();
    for handle in handles { handle.join().unwrap()?; }
    println!("{}", (0..10).map(|n| fs::metadata(format!("work/t{}", n)).unwrap().len()).sum::<u64>());
    let mut permissions = fs::metadata("work/text")?.permissions();
    permissions.set_readonly(true);
    fs::set_permissions("work/text", permissions)?;
    println!("{}", fs::metadata("work/text")?.permissions().readonly());
    fs::remove_dir_all("work")?;
    println!("{}", fs::metadata("work").is_err());
    let mut input = String::new();
    println!("{}", io::stdin().read_line(&mut input)?);
    Ok(())
}

struct Dropped<'a>(&'a AtomicUsize);
impl Drop for Dropped<'_> {
    fn drop(&mut self) { self.0.fetch_add(1, Ordering::SeqCst); }
}

fn panics() {
    panic::set_hook(Box::new(|info| println!("hook {}", info.location().is_some())));
    let drops = AtomicUsize::new(0);
    let result = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        let _one = Dropped(&drops);
        let _two = Dropped(&drops);
        let empty: Vec<i32> = Vec::new();
        empty[drops.load(Ordering::SeqCst)]
    }));
    println!("{} drops {}", result.is_err(), drops.load(Ordering::SeqCst));
    let joined = thread::spawn(|| { if true { panic!("in a thread") } 5 }).join();
    println!("{:?}", joined.unwrap_err().downcast_ref::<&str>());
    let poisoned = Arc::new(Mutex::new(1));
    let other = poisoned.clone();
    let _ = thread::spawn(move || { let _guard = other.lock(); panic!() }).join();
    println!("poisoned {}", poisoned.is_poisoned());
    panic::set_hook(Box::new(|_| {}));
    let caught: usize = thread::scope(|s| (0..8).map(|n| s.spawn(move || (0..100).filter(|i| panic::catch_unwind(|| { if i % 2 == n % 2 { panic!("{}", i) } }).is_err()).count()))
        .collect::<Vec<_>>().into_iter().map(|h| h.join().unwrap()).sum());
    println!("caught {}", caught);
    println!("{:?}", "12x".parse::<i32>().map_err(|e| e.to_string()));
    println!("{:?} {:?}", i32::MAX.checked_add(1), 5u8.checked_sub(6));
    let resumed = panic::catch_unwind(|| panic::resume_unwind(Box::new(99)));
    println!("{:?}", resumed.unwrap_err().downcast_ref::<i32>());
}
