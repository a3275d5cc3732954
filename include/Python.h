/* Python.h: the C API of CPython 3.13 in one include (https://docs.python.org/3.13/c-api/). */
#ifndef Py_PYTHON_H
#define Py_PYTHON_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include "patchlevel.h"
#include "pyconfig.h"
#include "pyport.h"
#include "pymath.h"
#include "pymem.h"
#include "object.h"
#include "pybuffer.h"
#include "objimpl.h"
#include "typeslots.h"
#include "pyhash.h"
#ifndef Py_LIMITED_API
#include "cpython/pydebug.h"
#endif
#include "bytearrayobject.h"
#include "bytesobject.h"
#include "unicodeobject.h"
#include "pyerrors.h"
#include "longobject.h"
#ifndef Py_LIMITED_API
#include "cpython/longintrepr.h"
#endif
#include "boolobject.h"
#include "floatobject.h"
#include "complexobject.h"
#include "rangeobject.h"
#include "memoryobject.h"
#include "tupleobject.h"
#include "listobject.h"
#include "dictobject.h"
#ifndef Py_LIMITED_API
#include "cpython/odictobject.h"
#endif
#include "enumobject.h"
#include "setobject.h"
#include "methodobject.h"
#include "moduleobject.h"
#include "monitoring.h"
#ifndef Py_LIMITED_API
#include "cpython/funcobject.h"
#endif
#ifndef Py_LIMITED_API
#include "cpython/classobject.h"
#endif
#include "fileobject.h"
#include "pycapsule.h"
#ifndef Py_LIMITED_API
#include "cpython/code.h"
#endif
#include "pyframe.h"
#include "traceback.h"
#include "sliceobject.h"
#ifndef Py_LIMITED_API
#include "cpython/cellobject.h"
#endif
#include "iterobject.h"
#include "pystate.h"
#ifndef Py_LIMITED_API
#include "cpython/initconfig.h"
#endif
#ifndef Py_LIMITED_API
#include "cpython/genobject.h"
#endif
#include "descrobject.h"
#include "genericaliasobject.h"
#include "warnings.h"
#include "weakrefobject.h"
#include "structseq.h"
#ifndef Py_LIMITED_API
#include "cpython/picklebufobject.h"
#endif
#ifndef Py_LIMITED_API
#include "cpython/pytime.h"
#endif
#include "codecs.h"
#include "pythread.h"
#ifndef Py_LIMITED_API
#include "cpython/context.h"
#endif
#include "modsupport.h"
#include "compile.h"
#include "pythonrun.h"
#include "pylifecycle.h"
#include "ceval.h"
#include "sysmodule.h"
#include "osmodule.h"
#include "intrcheck.h"
#include "import.h"
#include "abstract.h"
#include "bltinmodule.h"
#ifndef Py_LIMITED_API
#include "cpython/pyctype.h"
#endif
#include "pystrtod.h"
#include "pystrcmp.h"
#include "fileutils.h"
#ifndef Py_LIMITED_API
#include "cpython/tracemalloc.h"
#endif
#ifndef Py_LIMITED_API
#include "cpython/critical_section.h"
#endif
#ifndef Py_LIMITED_API
#include "cpython/lock.h"
#endif

#endif
