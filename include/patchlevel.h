/* patchlevel.h: the version of the language and of the interface. */
#ifndef _Py_PATCHLEVEL_H
#define _Py_PATCHLEVEL_H

#define PY_RELEASE_LEVEL_ALPHA 0xA
#define PY_RELEASE_LEVEL_BETA 0xB
#define PY_RELEASE_LEVEL_GAMMA 0xC
#define PY_RELEASE_LEVEL_FINAL 0xF

#define PY_VERSION "3.13.5"
#define PY_MAJOR_VERSION 3
#define PY_MINOR_VERSION 13
#define PY_MICRO_VERSION 5
#define PY_RELEASE_LEVEL PY_RELEASE_LEVEL_FINAL
#define PY_RELEASE_SERIAL 0

/* One number to compare: a byte each, level and serial share the last. */
#define PY_VERSION_HEX \
    (PY_MAJOR_VERSION << 24 | PY_MINOR_VERSION << 16 | PY_MICRO_VERSION << 8 | PY_RELEASE_LEVEL << 4 | PY_RELEASE_SERIAL)

#endif
