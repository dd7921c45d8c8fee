/* The protocol by which a core that sleeps gives up the application's half of the page tables: ApplicationHalf.cs, Shootdown.cs,
   IdleThread.cs.

   One core takes pages away and uses their frames for something else, again and again; the other goes to sleep and comes back, and in
   between may look at the page at any moment, as a processor does. Every step is one access to memory that others see. The words are
   written by locked instructions, and CR3 by one that serializes, so that memory can be taken to be in order.

   spin proves, by looking at every state: no core holds a translation to a frame that was given back, and nobody waits for ever.

   Each of these makes it wrong, and must be refused:
     LATE_COUNT  counts itself after it has loaded the application's tables
     LATE_FLAG   says that it is back after it has loaded them
     EARLY_FLAG  says that it is away before it has dropped its translations
     EARLY_LOOK  looks who is there before the page tables are changed */

#define ROUNDS 3
#define NOTHING 255

byte page, held = NOTHING, users = 1, asked, answered;
byte frame = NOTHING;
bool away = true, hasTables, finished;

/* The processor's own look at the page: at any moment while it has the tables. */
inline look()
{
    atomic { if :: hasTables && held == NOTHING -> held = page :: else fi }
}

inline answer()
{
    atomic { if :: asked != answered -> held = NOTHING; answered = asked :: else fi }
}

inline load(tables)
{
    atomic { hasTables = tables; held = NOTHING }
}

active proctype Sleeper()
{
    do
    :: finished -> break
    :: else ->
        /* ApplicationHalf.Enter */
#ifdef LATE_COUNT
        away = false;
        load(true);
        look();
        users++;
#else
        users++;
#ifdef LATE_FLAG
        load(true);
        look();
        away = false;
#else
        away = false;
        load(true);
#endif
#endif
        do
        :: true -> look()
        :: true -> break
        od;
        /* ApplicationHalf.Leave; interrupts are on. */
#ifdef EARLY_FLAG
        away = true;
        look();
        load(false);
#else
        load(false);
        away = true;
#endif
        users--
    od
}

/* Interrupts come at any moment, also on the way. */
active proctype Interrupts()
{
    do
    :: asked != answered -> answer()
    :: finished -> break
    od
}

active proctype Shooter()
{
    byte round, seen;
    bool isAway;
    do
    :: round == ROUNDS -> break
    :: else ->
        round++;
#ifdef EARLY_LOOK
        seen = users;
        isAway = away;
        frame = page;
        page = round;
#else
        frame = page;
        page = round;
        seen = users;
        isAway = away;
#endif
        if
        :: seen > 1 && !isAway -> asked++; (asked == answered)
        :: else
        fi;
        /* The frame is somebody else's now. */
        assert(held != frame);
        frame = NOTHING
    od;
    finished = true
}
