/* Waiting on a word and being woken: Futex.cs, FutexBucket.cs, on top of the wake word of wake.pml.

   Two threads wait on a word while it is 0, one of them twice; a timer gives up for the first one, a signal interrupts the second.
   A waker sets the word and wakes all; a second thread moves all waiters to another futex and wakes those there.
   A waiter lies on its thread's stack: nobody may touch it once its thread has left.

   spin proves: nobody waits for ever, no waiter is touched that is gone, and as many waits end with success as wake-ups
   were counted.

   Each of these makes it wrong, and must be refused:
     EARLY_LOOK   looks at the word before it has the bucket's lock
     EARLY_WAKE   wakes before the waiter is taken off
     NO_RECHECK   arms again without looking whether it was taken off meanwhile
     EASY_LEAVE   believes a time-out without looking whether it was woken */

#define WAITERS 2

mtype = { None, Armed, Parked, Woken, TimedOut, Interrupted };

mtype wake[WAITERS] = None;
byte word, woken, successes;
byte bucket[WAITERS];           /* 0: in none */
bool frame[WAITERS];            /* the waiter's memory is there */
bool lock[3];

inline enter(which) { atomic { !lock[which] -> lock[which] = true } }
inline leave(which) { lock[which] = false }

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

/* Scheduler.Wake: who parked becomes runnable by the word itself. */
inline wakeUp(thread, reason, seen, success)
{
    do
    :: seen = wake[thread];
       if
       :: seen != Armed && seen != Parked -> break
       :: else ->
          exchange(thread, seen, reason, success);
          if :: success -> break :: else fi
       fi
    od
}

/* Futex.Release, with the lock held. */
inline release(thread, seen, success)
{
    assert(frame[thread]);
#ifdef EARLY_WAKE
    wakeUp(thread, Woken, seen, success);
    bucket[thread] = 0;
#else
    bucket[thread] = 0;
    wakeUp(thread, Woken, seen, success);
#endif
    woken++
}

inline wakeAll(which, i, seen, success)
{
    enter(which);
    i = 0;
    do
    :: i < WAITERS ->
       if :: bucket[i] == which -> release(i, seen, success) :: else fi;
       i++
    :: else -> break
    od;
    leave(which)
}

proctype Waiter(byte me, rounds)
{
    byte at;
    bool success, here, looked;
    mtype reason;

    do
    :: rounds == 0 -> break
    :: else ->
       rounds--;
#ifdef EARLY_LOOK
       looked = (word != 0);
       enter(1);
#else
       enter(1);
       looked = (word != 0);
#endif
       if
       :: looked -> leave(1)
       :: else ->
          frame[me] = true;
          wake[me] = Armed;
          bucket[me] = 1;
          leave(1);
          do
          :: exchange(me, Armed, Parked, success);
             wake[me] != Parked;
             reason = wake[me];
             wake[me] = None;
             if
             :: bucket[me] == 0 -> successes++; break
             :: else ->
                if
                :: reason == Woken ->
                   wake[me] = Armed;
#ifndef NO_RECHECK
                   if
                   :: bucket[me] == 0 -> wake[me] = None; successes++; break
                   :: else
                   fi
#endif
                :: else ->
                   here = false;
                   do
                   :: at = bucket[me];
                      if
                      :: at == 0 -> break
                      :: else ->
#ifdef EASY_LEAVE
                         bucket[me] = 0; here = true; break
#else
                         enter(at);
                         here = (bucket[me] == at);
                         if :: here -> bucket[me] = 0 :: else fi;
                         leave(at);
                         if :: here -> break :: else fi
#endif
                      fi
                   od;
                   if :: !here -> successes++ :: else fi;
                   break
                fi
             fi
          od;
          frame[me] = false
       fi
    od
}

/* A time-out or a signal: wakes whatever the thread waits for at that moment. */
proctype Interrupter(byte thread; mtype reason)
{
    bool success;
    mtype seen;
    wakeUp(thread, reason, seen, success)
}

proctype Waker()
{
    byte i;
    bool success;
    mtype seen;
    word = 1;
    wakeAll(1, i, seen, success)
}

/* FUTEX_REQUEUE to the other futex, and FUTEX_WAKE there. Both locks are taken in one order. */
proctype Requeuer()
{
    byte i;
    bool success;
    mtype seen;
    enter(1);
    enter(2);
    do
    :: i < WAITERS ->
       if :: bucket[i] == 1 -> assert(frame[i]); bucket[i] = 2 :: else fi;
       i++
    :: else -> break
    od;
    leave(2);
    leave(1);
    wakeAll(2, i, seen, success)
}

init
{
    atomic {
        run Waiter(0, 1);
        run Waiter(1, 2);
        run Interrupter(0, TimedOut);
        run Interrupter(1, Interrupted);
        run Waker();
        run Requeuer()
    }
    _nr_pr == 1;
    assert(woken == successes);
    assert(bucket[0] == 0 && bucket[1] == 0)
}
