#!/usr/bin/env bash
# examples/cluster under a real Slurm of one node, which this test starts and stops: its daemons, its
# ports and its folders are its own. Needs root, as slurmd does.
. "$(dirname "$0")/check.sh"
needs slurmctld slurmd sbatch munged
[ "$(id -u)" -eq 0 ] || { echo 'skipped: not root'; exit 77; }
cluster=$examples/cluster
base=$((20000 + $$ % 20000))
export SLURM_CONF=$scratch/slurm.conf

pids=()
clean_up() {
  [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>"$scratch/killed" || true
  wait
  rm -rf "$scratch"
}
# $1: what must succeed soon, $2: who is waited for.
wait_for() {
  local _
  for _ in $(seq 100); do
    if eval "$1" >waited 2>&1; then return; fi
    sleep 0.2
  done
  tail -n 5 ./*.log waited >&2
  fail "$2 does not come up"
}

# The test's own munge, so that it needs none of the system's and leaves none behind.
mkdir munge state spool
chmod 755 "$scratch"
dd if=/dev/urandom of=munge.key bs=128 count=1 2>waited
chmod 400 munge.key
chmod 711 munge
munged --foreground --force --key-file="$scratch/munge.key" --socket="$scratch/munge/socket" \
  --pid-file="$scratch/munge/pid" --log-file="$scratch/munge.log" --seed-file="$scratch/munge/seed" 2>munged.out &
pids+=($!)
wait_for 'munge -n -S munge/socket | unmunge -S munge/socket' munged

host=$(hostname -s)
cat >slurm.conf <<END
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$base
SlurmdPort=$((base + 1))
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$scratch/munge/socket
CredType=cred/munge
StateSaveLocation=$scratch/state
SlurmdSpoolDir=$scratch/spool
SlurmctldPidFile=$scratch/slurmctld.pid
SlurmdPidFile=$scratch/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=0
MailProg=/bin/true
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc)
PartitionName=all Nodes=$host Default=YES State=UP
END
slurmctld -D -L "$scratch/slurmctld.log" 2>slurmctld.out &
pids+=($!)
slurmd -D -N "$host" -L "$scratch/slurmd.log" 2>slurmd.out &
pids+=($!)
wait_for 'sinfo -h -t idle -o %n | grep . >/dev/null' Slurm

mkdir audio
cp -r "$talks" 'audio/the talks'
folder=$scratch/audio
pa-tokenize "$folder" | pa-index whole.pai
records() { pa-index --dump "$1" | grep -v '^#' | sort; }
records whole.pai >wanted

"$cluster/slurm-archive.sh" -w -n 3 audio merged.pai >job || fail "$(cat job ./*.log)"
grep -qxE '[0-9]+' job || fail "no job number: $(cat job)"
records merged.pai | diff wanted - || fail 'not the records of one call of pa-tokenize'
[ ! -e merged.pai.parts ] || fail 'parts are left'

# Two archives, searched at once: the hits are those of one search in both.
find audio -name '[a-h]*.opus' | sed "s|^|$PWD/|" | pa-tokenize | pa-index first.pai
find audio -name '[i-z]*.opus' | sed "s|^|$PWD/|" | pa-tokenize | pa-index second.pai
pa-tokenize "$examples/audio/query.opus" 'audio/the talks/garden.opus' >queries.tsv
"$cluster/slurm-search.sh" -w -k 3 queries.tsv hits.tsv first.pai second.pai >job || fail "$(cat job)"
pa-search -k 3 first.pai second.pai queries.tsv | LC_ALL=C sort >one-search
cut -f 1-4 one-search | diff - <(cut -f 1-4 hits.tsv | LC_ALL=C sort) || fail 'other hits than of one search'
[ "$(wc -l <hits.tsv)" -eq 6 ] || fail 'not three hits for each query'
[ ! -e hits.tsv.parts ] || fail 'parts are left'

# A recording that cannot be read: its job fails, the merging job tells, the others are archived.
echo nothing >audio/broken.flac
status=0
"$cluster/slurm-archive.sh" -w -n 3 audio broken.pai >job || status=$?
[ "$status" -eq 2 ] || fail "with a broken file: $status"
has broken.pai.log 'pa-tokenize: .*broken.flac'
records broken.pai | diff wanted - || fail 'a broken file takes others with it'
