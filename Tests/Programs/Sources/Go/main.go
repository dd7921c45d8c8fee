// A Go program; its first argument says what it does. It prints nothing that chance decides.
package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "say what to do")
		os.Exit(2)
	}
	switch os.Args[1] {
	case "hello":
		fmt.Println("Hello from Go")
	case "goroutines":
		goroutines()
	case "timers":
		timers()
	case "gc":
		collect()
	case "files":
		files()
	case "faults":
		faults()
	case "panic":
		var m map[string]int
		m["x"] = 1
	case "deadlock":
		<-make(chan int)
	case "exit":
		os.Exit(41)
	}
}

func goroutines() {
	results := make(chan int)
	var group sync.WaitGroup
	for i := 0; i < 2000; i++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			results <- n * n
		}(i)
	}
	go func() { group.Wait(); close(results) }()
	sum := 0
	for r := range results {
		sum += r
	}
	fmt.Println("squares", sum)

	// A chain: each adds one to what the one before sends.
	first := make(chan int)
	in := first
	for i := 0; i < 1000; i++ {
		out := make(chan int)
		go func(in, out chan int) { out <- 1 + <-in }(in, out)
		in = out
	}
	first <- 0
	fmt.Println("chain", <-in)

	var mutex sync.Mutex
	var atomics int64
	counts := map[int]int{}
	for i := 0; i < 64; i++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			for k := 0; k < 500; k++ {
				mutex.Lock()
				counts[k%17]++
				mutex.Unlock()
				atomic.AddInt64(&atomics, 1)
				if k%50 == 0 {
					runtime.Gosched()
				}
			}
		}(i)
	}
	group.Wait()
	keys := make([]int, 0, len(counts))
	for k := range counts {
		keys = append(keys, k)
	}
	sort.Ints(keys)
	for _, k := range keys {
		fmt.Print(counts[k], " ")
	}
	fmt.Println(atomics)

	// Loops without a call run on, and the others run all the same: that takes preemption by signal.
	var stop, spun int32
	for i := 0; i < 3; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for atomic.LoadInt32(&stop) == 0 {
				spun = 1
			}
		}()
	}
	time.Sleep(30 * time.Millisecond)
	runtime.GC()
	atomic.StoreInt32(&stop, 1)
	group.Wait()
	fmt.Println("spun", spun)

	done := make(chan bool)
	quit := make(chan struct{})
	go func() {
		defer close(done)
		select {
		case <-quit:
		case <-time.After(time.Minute):
			fmt.Println("too late")
		}
	}()
	close(quit)
	<-done
	select {
	case <-make(chan int):
	default:
		fmt.Println("default")
	}

	product := big.NewInt(1)
	for i := int64(1); i <= 300; i++ {
		product.Mul(product, big.NewInt(i))
	}
	fmt.Printf("%x\n", sha256.Sum256([]byte(product.String())))
	locked := make(chan string)
	go func() {
		runtime.LockOSThread()
		locked <- "locked"
	}()
	fmt.Println(<-locked, deep(100000))
}

// deep needs a stack that grows many times.
func deep(n int) int {
	var room [10]int
	room[n%10] = 1
	if n == 0 {
		return room[0]
	}
	return deep(n-1) + room[n%10]
}

func timers() {
	start := time.Now()
	order := make(chan int, 3)
	for _, n := range []int{120, 5, 60} {
		n := n
		time.AfterFunc(time.Duration(n)*time.Millisecond, func() { order <- n })
	}
	fmt.Println(<-order, <-order, <-order, time.Since(start) >= 120*time.Millisecond)
	ticker := time.NewTicker(3 * time.Millisecond)
	for i := 0; i < 5; i++ {
		<-ticker.C
	}
	ticker.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	<-ctx.Done()
	fmt.Println(ctx.Err(), errors.Is(ctx.Err(), context.DeadlineExceeded))
	timer := time.NewTimer(time.Hour)
	fmt.Println(timer.Stop(), timer.Reset(time.Millisecond))
	<-timer.C
	var group sync.WaitGroup
	var early int32
	for i := 0; i < 300; i++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			began, wanted := time.Now(), time.Duration(n%20)*time.Millisecond
			time.Sleep(wanted)
			if time.Since(began) < wanted {
				atomic.AddInt32(&early, 1)
			}
		}(i)
	}
	group.Wait()
	fmt.Println("early", early)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	syscall.Kill(syscall.Getpid(), syscall.SIGUSR1)
	fmt.Println(<-signals)
}

type node struct {
	left, right *node
	payload     []byte
}

func build(depth int) *node {
	if depth == 0 {
		return &node{payload: make([]byte, 24)}
	}
	return &node{build(depth - 1), build(depth - 1), nil}
}

func (n *node) count() int {
	if n.left == nil {
		return 1 + len(n.payload)/24
	}
	return 1 + n.left.count() + n.right.count()
}

func collect() {
	debug.SetGCPercent(20)
	kept := build(12)
	var group sync.WaitGroup
	var total int64
	for g := 0; g < 8; g++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := 0; i < 6; i++ {
				atomic.AddInt64(&total, int64(build(10).count()))
			}
		}()
	}
	group.Wait()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	fmt.Println(total, kept.count(), stats.NumGC > 2)
	final := make(chan bool)
	runtime.SetFinalizer(&node{payload: make([]byte, 100)}, func(*node) { close(final) })
	runtime.GC()
	<-final
	words := map[string][]int{}
	for i := 0; i < 50000; i++ {
		key := fmt.Sprint("key", i%1000)
		words[key] = append(words[key], i)
	}
	sum := 0
	for _, list := range words {
		for _, n := range list {
			sum += n
		}
	}
	debug.FreeOSMemory()
	fmt.Println(len(words), sum)
}

func files() {
	check := func(err error) {
		if err != nil {
			fmt.Println(err)
		}
	}
	check(os.MkdirAll("dir/a/b", 0o755))
	check(os.WriteFile("dir/a/text", []byte(strings.Repeat("line\n", 1000)), 0o644))
	file, err := os.OpenFile("dir/a/text", os.O_RDWR|os.O_APPEND, 0)
	check(err)
	fmt.Fprintln(file, "last")
	_, err = file.Seek(-5, io.SeekEnd)
	check(err)
	rest, err := io.ReadAll(file)
	check(err)
	fmt.Printf("%q\n", rest)
	check(file.Close())
	_, err = file.Write(nil)
	fmt.Println(errors.Is(err, os.ErrClosed))
	file, _ = os.Open("dir/a/text")
	scanner, lines := bufio.NewScanner(file), 0
	for scanner.Scan() {
		lines++
	}
	file.Close()
	fmt.Println(lines)
	check(os.Symlink("a/text", "dir/link"))
	check(os.Rename("dir/a/text", "dir/a/b/moved"))
	_, err = os.Stat("dir/link")
	fmt.Println(err)
	filepath.Walk("dir", func(path string, info os.FileInfo, err error) error {
		if info.IsDir() {
			fmt.Println(path, info.Mode())
		} else {
			fmt.Println(path, info.Mode(), info.Size())
		}
		return err
	})
	var group sync.WaitGroup
	for i := 0; i < 20; i++ {
		group.Add(1)
		go func(n int) {
			defer group.Done()
			check(os.WriteFile(fmt.Sprintf("dir/file%d", n), make([]byte, n*100), 0o600))
		}(i)
	}
	group.Wait()
	entries, _ := os.ReadDir("dir")
	fmt.Println(len(entries))
	reader, writer, _ := os.Pipe()
	go func() {
		for i := 0; i < 100; i++ {
			fmt.Fprintln(writer, i)
		}
		writer.Close()
	}()
	text, _ := io.ReadAll(reader)
	fmt.Println(len(text))
	reader.SetReadDeadline(time.Now())
	// With standard input at its end nothing comes, and nothing waits.
	n, err := os.Stdin.Read(make([]byte, 10))
	fmt.Println(n, err)
	encoded, _ := json.Marshal(map[string]any{"b": []int{1, 2}, "a": "text", "c": nil})
	fmt.Println(string(encoded))
	check(os.RemoveAll("dir"))
	_, err = os.Stat("dir")
	fmt.Println(errors.Is(err, os.ErrNotExist))
}

type box struct{ value int }

func caught(what func()) {
	defer func() { fmt.Println(recover()) }()
	what()
}

func faults() {
	var nothing *box
	zero := len(os.Args) - 2
	caught(func() { fmt.Println(nothing.value) })
	caught(func() { fmt.Println(1 / zero) })
	caught(func() { fmt.Println([]int{1}[zero+5]) })
	caught(func() { var any interface{} = "text"; fmt.Println(any.(int)) })
	caught(func() { close((chan int)(nil)) })
	caught(func() { panic(fmt.Errorf("wrapped: %w", io.EOF)) })
	var group sync.WaitGroup
	var count int32
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for k := 0; k < 100; k++ {
				func() {
					defer func() {
						if recover() != nil {
							atomic.AddInt32(&count, 1)
						}
					}()
					_ = nothing.value
				}()
			}
		}()
	}
	group.Wait()
	fmt.Println(count)
}
