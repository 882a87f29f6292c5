# Completion of pa-rerank for bash. Made by `make manual`.

_pa_rerank_files() {
  local name
  while IFS= read -r name; do
    if [[ -d ${name/#\~/$HOME} || ${name,,} =~ $1 ]]; then COMPREPLY+=("$name"); fi
  done < <(compgen -f -- "$current")
}

# Model files and the names of installed models.
_pa_rerank_models() {
  local folder name
  _pa_rerank_files '\.safetensors$'
  folder=$(readlink -f "$(type -P pa-rerank)")
  for name in "${folder%/bin/*}"/share/pairalign/*.safetensors; do
    name=${name##*/}
    COMPREPLY+=($(compgen -W "${name%.safetensors}" -- "$current"))
  done
}

_pa_rerank() {
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
    --min-score) :; return ;;
    --model) _pa_rerank_models; return ;;
    --manifest) _pa_rerank_files ''; return ;;
    --format) COMPREPLY=($(compgen -W 'tsv jsonl trec table' -- "$current")); return ;;
    --precision) COMPREPLY=($(compgen -W 'auto f32 bf16' -- "$current")); return ;;
    -j | --jobs) :; return ;;
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W '-k --min-score --whole --model --manifest --format --precision -j --jobs --progress -q --quiet -v --verbose -h --help --version' -- "$current"))
    return
  fi
  _pa_rerank_files ''
}
complete -o filenames -F _pa_rerank pa-rerank
