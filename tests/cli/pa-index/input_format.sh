# A Kaldi key may begin with '#'; only --input-format says that it is no comment.
printf '#a 1 2\nb 3\n' | pa-index --input-format kaldi a.pai
pa-index --dump a.pai
