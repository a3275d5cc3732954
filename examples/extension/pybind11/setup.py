from pybind11.setup_helpers import Pybind11Extension
from setuptools import setup

setup(name="tutorial-pybind11", version="1.0", ext_modules=[Pybind11Extension("tutorial_pybind11", ["tutorial_pybind11.cpp"])])
