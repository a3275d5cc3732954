from setuptools import Extension, setup

setup(
    name="tutorial",
    version="1.0",
    ext_modules=[Extension("tutorial", ["tutorial.c"], libraries=["m"])],
)
