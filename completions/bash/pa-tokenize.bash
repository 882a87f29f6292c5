# Completion of pa-tokenize for bash. Made by `make manual`.

_pa_tokenize_files() {
  local name
  while IFS= read -r name; do
    if [[ -d ${name/#\~/$HOME} || ${name,,} =~ $1 ]]; then COMPREPLY+=("$name"); fi
  done < <(compgen -f -- "$current")
}

# Archives; where there is none, folders that may hold some.
_pa_tokenize_archives() {
  local name others=()
  while IFS= read -r name; do
    if [[ $name == *.pai ]]; then COMPREPLY+=("$name"); else others+=("$name"); fi
  done < <(compgen -d -- "$current")
  if [[ ${#COMPREPLY[@]} -eq 0 ]]; then COMPREPLY=("${others[@]}"); fi
}

# Model files and the names of installed models.
_pa_tokenize_models() {
  local folder name
  _pa_tokenize_files '\.safetensors$'
  folder=$(readlink -f "$(type -P pa-tokenize)")
  for name in "${folder%/bin/*}"/share/pairalign/*.safetensors; do
    name=${name##*/}
    COMPREPLY+=($(compgen -W "${name%.safetensors}" -- "$current"))
  done
}

_pa_tokenize() {
  local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} word
  # bash takes --name=value for three words.
  if [[ $current == '=' ]]; then
    current=
  elif [[ $option == '=' ]]; then
    option=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  COMPREPLY=()
  case $option in
    --model) _pa_tokenize_models; return ;;
    --tokenizer) COMPREPLY=($(compgen -W 'pairalign vq dpvq' -- "$current")); return ;;
    --embeddings) _pa_tokenize_files ''; return ;;
    --rate) :; return ;;
    --penalty) :; return ;;
    --end-quantile) :; return ;;
    --repetition-penalty) :; return ;;
    --cap) :; return ;;
    --window) :; return ;;
    --hop) :; return ;;
    --renderings) :; return ;;
    --alternatives) :; return ;;
    --channel) :; return ;;
    --pre) :; return ;;
    --pre-glob) :; return ;;
    --format) COMPREPLY=($(compgen -W 'tsv jsonl kaldi km ctm audacity textgrid eaf' -- "$current")); return ;;
    --precision) COMPREPLY=($(compgen -W 'auto f32 bf16' -- "$current")); return ;;
    --skip) _pa_tokenize_archives; return ;;
    --manifest) _pa_tokenize_files ''; return ;;
    -j | --jobs) :; return ;;
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W '--model --tokenizer --frames --embeddings --rate --penalty --end-quantile --repetition-penalty --cap --window --hop --renderings --alternatives --no-times --times --channel --partial --pre --pre-glob --format --precision --skip --manifest -0 --null -j --jobs --progress -q --quiet -v --verbose -h --help --version' -- "$current"))
    return
  fi
  _pa_tokenize_files '\.(wav|wave|bwf|flac|ogg|oga|opus|spx|mp3|mp2|aif|aiff|aifc|au|snd|caf|w64|rf64|sph|nist|voc|pvf|m4a|m4b|aac|3gp|3g2|3ga|amr|awb|wma|mka|ac3|wv|ape|mpc|tta|ra|dsf|webm|weba|mp4|m4v|mov|mkv|ogv|avi|flv|wmv|mpg|mpeg)$'
}
complete -o filenames -F _pa_tokenize pa-tokenize
