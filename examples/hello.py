print("Hello from Adder:", 1 + 2)
