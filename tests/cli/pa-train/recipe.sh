# The printed recipe is a recipe: it says what was given, and reads back the same.
echo '{"seed": 5, "encoder": {"width": 32}}' >mine.json
pa-train --print-recipe --recipe mine.json --steps 7 >whole.json
grep -E '"(seed|width|steps)"' whole.json | tr -d ' ,'
pa-train --print-recipe --recipe whole.json | cmp - whole.json
