from Cython.Build import cythonize
from setuptools import setup

setup(name="tutorial-cython", version="1.0", ext_modules=cythonize("tutorial_cython.pyx", language_level=3))
