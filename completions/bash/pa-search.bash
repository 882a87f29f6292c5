# Completion of pa-search for bash. Made by `make manual`.

_pa_search_files() {
  local name
  while IFS= read -r name; do
    if [[ -d ${name/#\~/$HOME} || ${name,,} =~ $1 ]]; then COMPREPLY+=("$name"); fi
  done < <(compgen -f -- "$current")
}

# Model files and the names of installed models.
_pa_search_models() {
  local folder name
  _pa_search_files '\.safetensors$'
  folder=$(readlink -f "$(type -P pa-search)")
  for name in "${folder%/bin/*}"/share/pairalign/*.safetensors; do
    name=${name##*/}
    COMPREPLY+=($(compgen -W "${name%.safetensors}" -- "$current"))
  done
}

_pa_search() {
  local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} word
  # bash takes --name=value for three words.
  if [[ $current == '=' ]]; then
    current=
  elif [[ $option == '=' ]]; then
    option=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  case $option in
    -k) :; return ;;
    --places) :; return ;;
    --max-distance) :; return ;;
    --min-score) :; return ;;
    --max-evalue) :; return ;;
    --mode) COMPREPLY=($(compgen -W 'infix global' -- "$current")); return ;;
    --cost) COMPREPLY=($(compgen -W 'unit soft' -- "$current")); return ;;
    --model) _pa_search_models; return ;;
    --format) COMPREPLY=($(compgen -W 'tsv jsonl trec textgrid eaf table' -- "$current")); return ;;
    --input-format) COMPREPLY=($(compgen -W 'auto tsv jsonl kaldi' -- "$current")); return ;;
    --duplicates) :; return ;;
    --min-tokens) :; return ;;
    --min-seconds) :; return ;;
    --part) :; return ;;
    -j | --jobs) :; return ;;
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W '-k --places --max-distance --min-score --max-evalue --mode --cost --model --no-self --fuse --format --alignment --between --input-format --exhaustive --duplicates --min-tokens --min-seconds --part -j --jobs --progress -q --quiet -v --verbose -h --help --version' -- "$current"))
    return
  fi
  _pa_search_files ''
}
complete -o filenames -F _pa_search pa-search
