/* _testinternalcapi.h: the parts of module _testinternalcapi. */
#ifndef ADDER_MODULES_TESTINTERNALCAPI_H
#define ADDER_MODULES_TESTINTERNALCAPI_H

#include <Python.h>

extern PyMethodDef testinternalcapi_interp_methods[];     /* _testinternalcapi_interp.c */
extern PyMethodDef testinternalcapi_time_methods[];       /* _testinternalcapi_time.c */
extern PyMethodDef testinternalcapi_eval_methods[];       /* _testinternalcapi_eval.c */
extern PyMethodDef testinternalcapi_config_methods[];     /* _testinternalcapi_config.c */

#endif
