/* interp/config_help.c: the texts of -h, --help-env, --help-xoptions. */
#include "interp/config.h"
#include "rt/locale_text.h"

static const char options_text[] =
    "Options (and corresponding environment variables):\n"
    "-b     : warn when bytes are turned into str or compared with str or int; -bb: error\n"
    "-B     : write no .pyc files on import; also PYTHONDONTWRITEBYTECODE=x\n"
    "-c cmd : run the command; what follows are its arguments\n"
    "-d     : parser debugging (debug builds only); also PYTHONDEBUG=x\n"
    "-E     : ignore PYTHON* environment variables\n"
    "-h     : print this help and exit (also -? or --help)\n"
    "-i     : become interactive after the script, command or module; also PYTHONINSPECT=x\n"
    "-I     : isolate from the user's environment (implies -E -s and -P)\n"
    "-m mod : run a library module as a script; what follows are its arguments\n"
    "-O     : leave out assert statements and __debug__ code; also PYTHONOPTIMIZE=x\n"
    "-OO    : leave out docstrings as well\n"
    "-P     : do not put a folder that could be unsafe first in sys.path; also PYTHONSAFEPATH\n"
    "-q     : no version and copyright lines at an interactive start\n"
    "-s     : do not add the user's site folder to sys.path; also PYTHONNOUSERSITE=x\n"
    "-S     : do not import site at the start\n"
    "-u     : unbuffered standard output and error; also PYTHONUNBUFFERED=x\n"
    "-v     : trace imports; -vv: more; also PYTHONVERBOSE=x\n"
    "-V     : print the version and exit (also --version); -VV: with build information\n"
    "-W arg : warning control, action:message:category:module:lineno; also PYTHONWARNINGS=arg\n"
    "-x     : skip the first line of the source, for other systems' forms of #!cmd\n"
    "-X opt : set an implementation's option; see --help-xoptions\n"
    "--check-hash-based-pycs always|default|never:\n"
    "         how hash-based .pyc files are checked against their source\n"
    "--help-env: print help on environment variables and exit\n"
    "--help-xoptions: print help on -X options and exit\n"
    "--help-all: print all help and exit\n"
    "\n"
    "Arguments:\n"
    "file   : program read from a script file\n"
    "-      : program read from stdin (default; interactive mode if a terminal)\n"
    "arg ...: arguments passed to the program in sys.argv[1:]\n";

static const char env_text[] =
    "Environment variables that change behavior:\n"
    "PYTHONSTARTUP   : file run at an interactive start (no default)\n"
    "PYTHONPATH      : ':'-separated list of folders put before the default search path for modules\n"
    "PYTHONHOME      : another <prefix> folder (or <prefix>:<exec_prefix>), for <prefix>/lib/python3.13\n"
    "PYTHONPLATLIBDIR: another name than \"lib\" in it\n"
    "PYTHONCASEOK    : ignore case in import statements (Windows and macOS)\n"
    "PYTHONIOENCODING: encoding[:errors] of stdin, stdout and stderr\n"
    "PYTHONHASHSEED  : 'random', or an integer that makes hashes repeatable\n"
    "PYTHONMALLOC    : memory allocator and its debug hooks\n"
    "PYTHONMALLOCSTATS: print allocator statistics\n"
    "PYTHONCOERCECLOCALE: coerce the C locale to UTF-8: 0 no, warn\n"
    "PYTHONBREAKPOINT: what breakpoint() calls; 0: nothing\n"
    "PYTHONDEVMODE   : development mode\n"
    "PYTHONPYCACHEPREFIX: root folder for .pyc files\n"
    "PYTHONWARNDEFAULTENCODING: EncodingWarning where the default encoding is used\n"
    "PYTHONUTF8      : 1: UTF-8 mode\n"
    "PYTHONFAULTHANDLER: dump tracebacks on fatal signals\n"
    "PYTHONTRACEMALLOC: trace memory allocations\n"
    "PYTHONINTMAXSTRDIGITS: largest number of digits in conversions of int and str\n"
    "PYTHON_COLORS   : 1 or 0: colors in tracebacks and the REPL\n"
    "PYTHON_CPU_COUNT: what os.cpu_count() returns\n"
    "PYTHON_FROZEN_MODULES: on or off: use frozen modules\n"
    "PYTHON_HISTORY  : history file of the REPL\n"
    "PYTHON_BASIC_REPL: use the plain REPL\n"
    "PYTHONPERFSUPPORT: 1: let Linux's perf see Python functions\n"
    "PYTHON_JIT      : as -X jit\n"
    "PYTHONPROFILEIMPORTTIME, PYTHONNODEBUGRANGES, PYTHONSAFEPATH, PYTHONOPTIMIZE, PYTHONINSPECT, PYTHONUNBUFFERED,\n"
    "PYTHONVERBOSE, PYTHONDONTWRITEBYTECODE, PYTHONNOUSERSITE, PYTHONWARNINGS, PYTHONDEBUG: see the options\n";

static const char xoptions_text[] =
    "The following implementation-specific options are available:\n"
    "-X cpu_count=N: what os.cpu_count() returns\n"
    "-X dev: development mode: more checks (memory, reference counts of extensions) and warnings\n"
    "-X dump=STAGES[:function]: print stages of compiling: tokens, ast, sym, flow, code, quick,\n"
    "         and of the just-in-time compiler: rec, ir, opt, snap, asm, exits (at the end: which were taken)\n"
    "-X faulthandler: dump tracebacks on fatal signals\n"
    "-X frozen_modules=on|off: use frozen modules\n"
    "-X importtime: print how long each import takes\n"
    "-X int_max_str_digits=N: largest number of digits in conversions of int and str\n"
    "-X jit=MODE: the just-in-time compiler: 0 off, 1 on (the default), stress: loops are compiled at once,\n"
    "         stress-registers: and registers chosen at random, eval, stress-eval: without machine code;\n"
    "         options follow, or stand alone: -X jit=stress,exit=5 is -X jit=stress -X jit-exit=5\n"
    "-X jit-evict=N, -X jit-poison=N, -X jit-oom=N: at every Nth entry a compiled loop is dropped, in every Nth call from\n"
    "    one, or every Nth allocation of the compiler fails, to test it\n"
    "-X jit-check=N: for tests: what compiled code does is compared with the interpreter, N times at most\n"
    "-X jit-clock=1: sys._adder.jit_stats() tells how long compiled code ran\n"
    "-X jit-exit=N: for tests: every Nth condition of compiled code counts as false\n"
    "-X jit-memory=KIB: room for compiled code; 16384 without\n"
    "-X jit-log=FILE: what the compiler does, one JSON object a line\n"
    "-X jit-patience=N: what got hot is compiled when it has run for N times as long as that will take;\n"
    "         10 without; 0: at once, whatever all of it costs\n"
    "-X jit-seed=N: random choices of registers and of conditions, the same for the same N\n"
    "-X jit-without=PASSES: leave out passes of the optimiser: fold, cse, peel, ranges, dead\n"
    "-X no_debug_ranges: no columns in code objects\n"
    "-X perf: let Linux's perf see Python functions\n"
    "-X perf_jit: the same by a file for `perf inject --jit`, without frame pointers\n"
    "-X pycache_prefix=PATH: root folder for .pyc files\n"
    "-X showrefcount: print counts at exit (debug builds only)\n"
    "-X tracemalloc[=N]: trace memory allocations\n"
    "-X utf8[=0|1]: UTF-8 mode\n"
    "-X warn_default_encoding: EncodingWarning where the default encoding is used\n";

void
config_print_usage(int error, const wchar_t *program)
{
    FILE *f = error ? stderr : stdout;
    char *bytes = program == NULL ? NULL : _Py_EncodeLocaleRaw(program, NULL);
    const char *name = bytes == NULL ? "adder" : bytes;
    fprintf(f, "usage: %s [option] ... [-c cmd | -m mod | file | -] [arg] ...\n", name);
    if (error)
        fprintf(f, "Try `%s -h' for more information.\n", name);
    else
        fputs(options_text, f);
    PyMem_RawFree(bytes);
}

void
config_print_all_help(int what)
{
    if (what == 3)
        fputs("\n", stdout);
    if (what & 1)
        fputs(env_text, stdout);
    if (what == 3)
        fputs("\n", stdout);
    if (what & 2)
        fputs(xoptions_text, stdout);
}
