/* syntax/ast_module.c: the module `_ast`: the node classes and compile()'s flags. */
#include "syntax/ast_state.h"
#include "syntax/ast_tools.h"

static int
add_classes(PyObject *m, struct ast_state *st)
{
    for (int ti = 0; ti < AST_NTYPES; ti++) {
        const struct ast_type *t = &ast_types[ti];
        if (t->shape != AST_PRODUCT && PyModule_AddObjectRef(m, t->name, st->types[ti]) < 0)
            return -1;
        for (int i = t->first; i < t->first + t->ncons; i++)
            if (PyModule_AddObjectRef(m, ast_conses[i].name, st->conses[i]) < 0)
                return -1;
    }
    return 0;
}

static int
ast_exec(PyObject *m)
{
    struct ast_state *st = ast_state_get();
    if (st == NULL || PyModule_AddObjectRef(m, "AST", st->base) < 0
        || PyModule_AddIntConstant(m, "PyCF_ALLOW_TOP_LEVEL_AWAIT", PyCF_ALLOW_TOP_LEVEL_AWAIT) < 0
        || PyModule_AddIntConstant(m, "PyCF_ONLY_AST", PyCF_ONLY_AST) < 0
        || PyModule_AddIntConstant(m, "PyCF_TYPE_COMMENTS", PyCF_TYPE_COMMENTS) < 0
        || PyModule_AddIntConstant(m, "PyCF_OPTIMIZED_AST", PyCF_OPTIMIZED_AST) < 0)
        return -1;
    return add_classes(m, st);
}

static PyModuleDef_Slot ast_module_slots[] = {
    { Py_mod_exec, ast_exec },
    { Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED },
    { Py_mod_gil, Py_MOD_GIL_NOT_USED },
    { 0, NULL },
};

static struct PyModuleDef ast_module = {
    PyModuleDef_HEAD_INIT, .m_name = "_ast", .m_slots = ast_module_slots,
};

PyMODINIT_FUNC
PyInit__ast(void)
{
    return PyModuleDef_Init(&ast_module);
}
