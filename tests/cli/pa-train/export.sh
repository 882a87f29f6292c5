# What goes wrong after the last step does not lose the run: it is resumed there, with the same result.
echo '{"encoder": {"width": 16, "blocks": 1, "dimension": 8, "codes": 16}, "stages": ["geometric"],
 "geometric": {"steps": 3, "crops": 8}, "validation_share": 0}' >tiny.json
train="pa-train -j 1 --recipe tiny.json audio/talks"
id() {
  sed -nE 's/.*(model [0-9a-f]+).*/\1/p' said
}
until_last_step() {
  $train -o parts.safetensors &
  trainer=$!
  until [ -e parts.safetensors.checkpoint ]; do kill -0 $trainer; sleep 0.02; done
}
$train -o whole.safetensors >said
id >whole
until_last_step
kill -TERM $trainer
wait $trainer || echo "exit $?"
ls parts*
$train --resume -o parts.safetensors >said
id | cmp - whole
rm parts.safetensors
until_last_step
mkdir parts.safetensors # which no model can replace
wait $trainer || echo "exit $?"
rmdir parts.safetensors
$train --resume -o parts.safetensors >said
id | cmp - whole
ls parts*
