# Completion of pa-stats for bash. Made by `make manual`.

_pa_stats_files() {
  local name
  while IFS= read -r name; do
    if [[ -d ${name/#\~/$HOME} || ${name,,} =~ $1 ]]; then COMPREPLY+=("$name"); fi
  done < <(compgen -f -- "$current")
}

_pa_stats() {
  local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} word
  # bash takes --name=value for three words.
  if [[ $current == '=' ]]; then
    current=
  elif [[ $option == '=' ]]; then
    option=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  case $option in
    --against) _pa_stats_files ''; return ;;
    --pairs) _pa_stats_files ''; return ;;
    --qrels) _pa_stats_files ''; return ;;
    --min-relevance) :; return ;;
    --terms) _pa_stats_files ''; return ;;
    --log) _pa_stats_files ''; return ;;
    --by) :; return ;;
    --limit) :; return ;;
    --manifest) _pa_stats_files ''; return ;;
    --input-format) COMPREPLY=($(compgen -W 'auto tsv jsonl kaldi' -- "$current")); return ;;
    --format) COMPREPLY=($(compgen -W 'text json svg tsv jsonl' -- "$current")); return ;;
    -j | --jobs) :; return ;;
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W '--against --pairs --qrels --min-relevance --terms --log --quick --by --flag --limit --manifest -0 --null --input-format --format -j --jobs --progress -q --quiet -v --verbose -h --help --version' -- "$current"))
    return
  fi
  _pa_stats_files '\.(wav|wave|bwf|flac|ogg|oga|opus|spx|mp3|mp2|aif|aiff|aifc|au|snd|caf|w64|rf64|sph|nist|voc|pvf|m4a|m4b|aac|3gp|3g2|3ga|amr|awb|wma|mka|ac3|wv|ape|mpc|tta|ra|dsf|webm|weba|mp4|m4v|mov|mkv|ogv|avi|flv|wmv|mpg|mpeg)$'
}
complete -o filenames -F _pa_stats pa-stats
