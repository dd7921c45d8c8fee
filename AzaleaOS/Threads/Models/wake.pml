/* The protocol by which a thread blocks and is woken: Scheduler.cs, CoreInbox.cs, IdleThread.cs.

   Two threads of one core wait, each for its own condition. Another core makes each condition true and wakes;
   a timer of the threads' core gives up waiting for the first one; a signal interrupts the second from a third core.
   Every step is one access to memory that others see. Words that two cores write are written by locked instructions, so that
   memory can be taken to be in order.

   spin proves, by looking at every state: no wake-up is lost (nobody waits for ever), no thread is in two places,
   a core that sleeps is interrupted when it has work, and a thread that has ended is not run again.

   Each of these makes it wrong, and must be refused:
     LATE_ARM    looks at the condition before it is armed
     PLAIN_WAKE  stores the reason without comparing
     OPEN_SLEEP  lets interrupts in before it halts
     LAZY_PUSH   interrupts the owner only if it slept before the push
     NO_RECHECK  halts without looking into the inbox and at the work once more */

#define THREADS 2
#define IDLE THREADS

mtype = { None, Armed, Parked, Woken, TimedOut, Interrupted };

mtype wake[THREADS] = None;
bool condition[THREADS], resumes[THREADS], done[THREADS];

/* The core: what it runs, its run queue, its inbox, and the processor's state. */
byte running = IDLE;
bool queue[THREADS] = true;
bool inbox[THREADS];
bool work, request, interrupts = true, halted, finished;
bool due[THREADS];

#define InboxIsEmpty (!inbox[0] && !inbox[1])

/* Interlocked.CompareExchange of the wake word. */
inline exchange(thread, from, to, success)
{
    atomic {
        success = (wake[thread] == from);
        if
        :: success -> wake[thread] = to
        :: else
        fi
    }
}

/* Scheduler.Wake up to the delivery; "parked" says whether the thread is now ours to deliver. */
inline wakeUp(thread, reason, seen, success, parked)
{
    parked = false;
    do
    :: seen = wake[thread];
       if
       :: seen != Armed && seen != Parked -> break
       :: else ->
#ifdef PLAIN_WAKE
          wake[thread] = reason; success = true;
#else
          exchange(thread, seen, reason, success);
#endif
          if
          :: success -> parked = (seen == Parked); break
          :: else
          fi
       fi
    od
}

/* Scheduler.Deliver to another core. */
inline push(thread, wasEmpty, sleeps)
{
#ifdef LAZY_PUSH
    sleeps = halted;
#endif
    atomic {
        assert(!inbox[thread] && !queue[thread] && !done[thread]);
        wasEmpty = InboxIsEmpty;
        inbox[thread] = true
    }
#ifdef LAZY_PUSH
    if :: wasEmpty && sleeps -> request = true :: else fi
#else
    if :: wasEmpty -> request = true :: else fi
#endif
}

inline enqueue(thread)
{
    assert(!queue[thread] && !done[thread]);
    queue[thread] = true
}

/* Scheduler.Serve: timers, then the inbox. */
inline serve()
{
    if
    :: work ->
       work = false;
       t = 0;
       do
       :: t < THREADS ->
          if
          :: due[t] ->
             due[t] = false;
             wakeUp(t, TimedOut, seen, success, parked);
             if :: parked -> enqueue(t) :: else fi
          :: else
          fi;
          t++
       :: else -> break
       od;
       atomic { taken[0] = inbox[0]; taken[1] = inbox[1]; inbox[0] = false; inbox[1] = false }
       t = 0;
       do
       :: t < THREADS ->
          if :: taken[t] -> taken[t] = false; enqueue(t) :: else fi;
          t++
       :: else -> break
       od
    :: else
    fi
}

/* Scheduler.Next and the switch. */
inline switchToNext()
{
    serve();
    if
    :: queue[0] -> queue[0] = false; running = 0
    :: queue[1] -> queue[1] = false; running = 1
    :: !queue[0] && !queue[1] -> running = IDLE
    fi
}

active proctype Core()
{
    byte t;
    bool success, parked, taken[THREADS];
    mtype seen;

    do
    :: running == IDLE && done[0] && done[1] -> break

    :: running == IDLE && !(done[0] && done[1]) ->
       switchToNext();
       if
       :: running == IDLE ->
#ifndef OPEN_SLEEP
          interrupts = false;
#endif
          if
#ifdef NO_RECHECK
          :: true ->
#else
          :: !work && InboxIsEmpty ->
#endif
#ifdef OPEN_SLEEP
             halted = true;
#else
             atomic { interrupts = true; halted = true }
#endif
             !halted
#ifndef NO_RECHECK
          :: else
#endif
          fi;
          interrupts = true
       :: else
       fi

    :: running != IDLE && resumes[running] ->
       assert(!done[running] && wake[running] != Armed && wake[running] != Parked && wake[running] != None);
       resumes[running] = false;
       wake[running] = None

    :: running != IDLE && !resumes[running] ->
#ifdef LATE_ARM
       success = condition[running];
       wake[running] = Armed;
#else
       wake[running] = Armed;
       success = condition[running];
#endif
       if
       :: success ->
          wake[running] = None;
          done[running] = true;
          switchToNext()
       :: else ->
          exchange(running, Armed, Parked, success);
          resumes[running] = true;
          if
          :: success -> switchToNext()
          :: else
          fi
       fi
    od;
    finished = true
}

/* The processor takes an interrupt whenever it may. */
active proctype Interrupts()
{
    do
    :: atomic { request && interrupts -> request = false; work = true; halted = false }
    :: finished -> break
    od
}

/* The core's timer: at most one time-out. */
active proctype Clock()
{
    if
    :: due[0] = true; request = true
    :: true
    fi
}

/* Another core makes both conditions true, one after the other, and wakes. */
active proctype Waker()
{
    byte t;
    bool success, parked, wasEmpty, sleeps;
    mtype seen;

    do
    :: t < THREADS ->
       condition[t] = true;
       wakeUp(t, Woken, seen, success, parked);
       if :: parked -> push(t, wasEmpty, sleeps) :: else fi;
       t++
    :: else -> break
    od
}

/* A third one sends a signal. */
active proctype Signal()
{
    bool success, parked, wasEmpty, sleeps;
    mtype seen;

    wakeUp(1, Interrupted, seen, success, parked);
    if :: parked -> push(1, wasEmpty, sleeps) :: else fi
}

/* Nobody waits for ever: also not by running in circles. */
ltl everybodyGoesOn { <> (done[0] && done[1]) }
