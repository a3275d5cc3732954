"""The keys of a sort die in ascending order, whichever way round the list is sorted."""
log = []


class Key:
    def __init__(self, v):
        self.v = v

    def __lt__(self, other):
        return self.v < other.v

    def __del__(self):
        log.append(self.v)


for reverse in False, True:
    for values in [4, 1, 3, 2], [1, 2, 3], [3, 3, 1, 2, 2]:
        print(sorted(values, key=Key, reverse=reverse), log)
        values.sort(key=lambda v: (Key(-v), v), reverse=reverse)
        print(values, log)
        log.clear()
# expect: [1, 2, 3, 4] [1, 2, 3, 4]
# expect: [4, 3, 2, 1] [1, 2, 3, 4, -4, -3, -2, -1]
# expect: [1, 2, 3] [1, 2, 3]
# expect: [3, 2, 1] [1, 2, 3, -3, -2, -1]
# expect: [1, 2, 2, 3, 3] [1, 2, 2, 3, 3]
# expect: [3, 3, 2, 2, 1] [1, 2, 2, 3, 3, -3, -3, -2, -2, -1]
# expect: [4, 3, 2, 1] [1, 2, 3, 4]
# expect: [1, 2, 3, 4] [1, 2, 3, 4, -4, -3, -2, -1]
# expect: [3, 2, 1] [1, 2, 3]
# expect: [1, 2, 3] [1, 2, 3, -3, -2, -1]
# expect: [3, 3, 2, 2, 1] [1, 2, 2, 3, 3]
# expect: [1, 2, 2, 3, 3] [1, 2, 2, 3, 3, -3, -3, -2, -2, -1]
