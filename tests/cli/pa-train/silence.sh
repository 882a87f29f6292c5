# Silence teaches nothing: alone it is refused, among others it is told.
echo '{"encoder": {"width": 16, "blocks": 1}, "geometric": {"crops": 2}}' >tiny.json
{
  printf 'RIFF\044\372\000\000WAVEfmt \020\000\000\000\001\000\001\000\200\076\000\000\000\175\000\000\002\000\020\000data\000\372\000\000'
  head -c 64000 /dev/zero
} >silence.wav
train() { pa-train --recipe tiny.json --stage geometric --steps 1 -j 1 -o m.safetensors "$@" >said; }
train silence.wav || echo "exit $?"
ls m.safetensors* 2>/dev/null || true
train silence.wav audio/talks/travel.opus
ls m.safetensors
