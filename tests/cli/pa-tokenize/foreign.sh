# needs: opusdec ffmpeg
# What phones, messengers and recorders write, through ffmpeg: each is heard whole. Without ffmpeg each is named.
seconds() { tail -n +2 | awk -F '\t' '{ printf "%s %d s\n", $1, $2 + 0.5 }'; }
opusdec --quiet --rate 16000 audio/query.opus query.wav
mkdir memos
make() { ffmpeg -v error -i query.wav "$@"; }
make -c:a aac memos/aac.m4a
make -c:a alac memos/alac.m4a
make -c:a aac -f adts memos/bare.aac
make -c:a libopus memos/opus.webm
make -c:a libopus memos/opus.mka
make -c:a aac memos/clip.mp4
make -c:a aac memos/clip.3gp
make -c:a wmav2 memos/windows.wma
make -c:a flac -f ogg memos/flac.oga
make -c:a libspeex -f ogg memos/speex.spx
make -c:a wavpack memos/pack.wv
pa-tokenize --tokenizer vq memos | seconds
echo "-- in one piece through standard input"
pa-tokenize --tokenizer vq - <memos/aac.m4a | seconds
cat memos/opus.webm | pa-tokenize --tokenizer vq - | seconds
echo "-- cut"
half() { head -c $(($(wc -c <"$1") / 2)) "$1"; }
half memos/opus.mka >cut.mka
half memos/aac.m4a >cut.m4a
# Of these ffmpeg says nothing when they are cut; their headers do, and the last page of Ogg.
make -c:a pcm_s16be whole.caf
make -c:a pcm_u8 whole.voc
make -c:a libmp3lame whole.avi
for kind in caf voc avi; do half whole.$kind >cut.$kind; done
half memos/flac.oga >cut.oga
half memos/speex.spx >cut.spx
pa-tokenize --tokenizer vq cut.mka cut.m4a cut.caf cut.voc cut.avi cut.oga cut.spx >out 2>said || echo "exit $?"
tail -n +2 out
cut -d : -f 2 said
echo "-- without ffmpeg"
PAIRALIGN_FFMPEG='' pa-tokenize --tokenizer vq memos 2>said | tail -n +2 || true
sed 's/, which FFmpeg reads.*//; s/ with a codec.*//' said
