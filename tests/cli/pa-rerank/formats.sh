# The formats of pa-search.
pa-tokenize audio/talks | pa-index talks.pai
pa-tokenize audio/query.opus | pa-search -k 20 talks.pai >hits
pa-rerank -k 2 hits >tsv
pa-rerank -k 2 --format jsonl hits >jsonl
python3 - <<'END'
import json
lines = [line.rstrip("\n").split("\t") for line in open("tsv")]
for rank, (fields, line) in enumerate(zip(lines, open("jsonl")), 1):
    hit = json.loads(line)
    print(sorted(hit), [hit["query"], hit["place"]] == fields[:2], hit["rank"] == rank,
          f"{hit['distance']:.4f}" == fields[2], f"{hit['score']:.4f}" == fields[3],
          hit["evalue"] == float(fields[4]), hit["key"] == hit["place"].split("#")[0])
END
pa-rerank --format trec -k 3 hits | cut -d " " -f 3 | sort | uniq -c | sed "s,^ *,,"
pa-rerank --format trec hits | cut -d ' ' -f 1-4 | head -n 1
pa-rerank -k 1 --format table hits | sed -E 's/[0-9]\.[0-9]+/N/; s/E [^ ]+ /E X /'
echo "-- metrics"
printf 'query 0 travel 1\n' >qrels
pa-rerank hits | pa-stats --qrels qrels - | grep MRR
