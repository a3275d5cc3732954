/* interp/signals_priv.h: state shared by signals.c and the `_signal` module. */
#ifndef ADDER_INTERP_SIGNALS_PRIV_H
#define ADDER_INTERP_SIGNALS_PRIV_H

#include <Python.h>
#include <signal.h>

#define SIGNAL_COUNT NSIG

struct signal_slot {
    int tripped;                 /* arrived and not delivered; written by the C handler */
    PyObject *func;              /* Python handler, SIG_DFL, SIG_IGN, or None: not ours */
};
extern struct signal_slot signal_slots[SIGNAL_COUNT];
extern volatile sig_atomic_t signals_tripped;
extern int signal_wakeup_fd, signal_wakeup_warn;

void signal_c_handler(int signum);
bool signals_in_main_thread(void);
/* The ints that stand for SIG_DFL and SIG_IGN (borrowed, immortal). */
PyObject *signal_default_handler(void);
PyObject *signal_ignore_handler(void);

#endif
