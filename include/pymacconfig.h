/* pymacconfig.h: corrections of pyconfig.h for universal binaries of macOS; nothing elsewhere. */
#ifndef PY_MACCONFIG_H
#define PY_MACCONFIG_H
#endif
