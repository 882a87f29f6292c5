# What is said four times in a row is found four times, each time with the E-value of its own hit, in any order.
python3 - <<'END'
import array, math, wave
def sweep(low, high, seconds):
    n, phase = int(16000 * seconds), 0
    for i in range(n):
        phase += 2 * math.pi * (low + (high - low) * i / n) / 16000
        yield sum(math.sin(k * phase) / k for k in range(1, 9)) * 4000
word = [*sweep(120, 300, .2), *sweep(300, 200, .1), *sweep(150, 900, .2)]
for name, times in ("word.wav", 1), ("row.wav", 4):
    with wave.open(name, "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes(array.array("h", [int(x) for x in ([0] * 3200 + word) * times + [0] * 3200]).tobytes())
with open("hits", "w") as file:
    for i in range(4):
        print(f"word.wav#t=0.2,0.7\trow.wav#t={.7 * i + .2:.1f},{.7 * i + .7:.1f}\t1\t1\t{i + 1}", file=file)
END
pa-rerank hits | cut -f 2,5 | sort -t , -k 2 -n | sed -E 's/([0-9]\.[0-9])[0-9]/\1x/g'
echo "-- in another order, and twice"
pa-rerank hits >once
sort -r hits | cat - hits | pa-rerank | cmp - once
