#!/bin/bash
# slurm.sh PROGRAM: a real Slurm of one machine, and a recipe that it runs while tasks are
# cancelled, come to their time limit, and the node is drained.  In the end every cell is
# done once, and the table is there.  Two minutes; needs no rights but those to install.
set -u
program=$(realpath -- "$1")
cd "$(dirname -- "$0")/../.." || exit


skip() { echo "slurm: skipped: $1"; exit 0; }
scripts/setup.sh slurmctld slurmd slurm-client ||
    skip "Slurm is not installed and cannot be installed here"

root=$(mktemp -d)
work="$root/it's \"here\" now" # what has to be quoted somewhere
mkdir -p "$work/my recipes" "$root/state" "$root/spool"
export SLURM_CONF=$root/slurm.conf OMP_WAIT_POLICY=passive

end() {
    local pid
    scancel --quiet --user="$(id -un)" # what a failed test has left
    for _ in {1..75}; do
        [ -n "$(squeue -h --states=R,CG 2>/dev/null)" ] || break
        sleep 0.2
    done
    for pid in slurmd slurmctld; do
        [ ! -s "$root/$pid.pid" ] || kill "$(cat "$root/$pid.pid")" 2>/dev/null
    done
    for _ in {1..50}; do
        [ -e "$root/slurmd.pid" ] || [ -e "$root/slurmctld.pid" ] || break
        sleep 0.2
    done
    rm -rf "$root"
}
trap end EXIT

fail() {
    echo "slurm: $1" >&2
    squeue --array >&2
    tail -n 30 results/*/slurm/*.log "$root"/slurm*.log "$root"/*.said >&2
    exit 1
}

# WHAT COMMAND...: until the command succeeds.
until_so() {
    local what=$1 end=$((SECONDS + 120))
    shift
    until "$@"; do
        ((SECONDS < end)) || fail "after two minutes still not so: $what"
        sleep 0.3
    done
}

# --- a Slurm --------------------------------------------------------------------

node=$(hostname -s)
port=$((20000 + $$ % 20000))
cat >"$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$node(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
AuthType=auth/none
AuthInfo=cred_expire=5
CredType=cred/none
StateSaveLocation=$root/state
SlurmdSpoolDir=$root/spool
SlurmctldPidFile=$root/slurmctld.pid
SlurmdPidFile=$root/slurmd.pid
SlurmctldLogFile=$root/slurmctld.log
SlurmdLogFile=$root/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
SlurmdParameters=config_overrides
KillWait=10
OverTimeLimit=0
ReturnToService=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=4 RealMemory=8000 State=UNKNOWN
PartitionName=all Nodes=$node Default=YES State=UP
CONF
PATH=$PATH:/usr/sbin
if ! slurmctld -c || ! slurmd; then
    skip "Slurm does not start here: $(tail -n 3 "$root"/slurm*.log)"
fi
state_is() { [[ $(sinfo -h -o %T) =~ $1 ]]; }
until_so 'the node is up' state_is '^idle'

# --- a recipe -------------------------------------------------------------------

cd "$work" || exit
recipe="my recipes/fast & slow.yaml"
cat >"$recipe" <<YAML
name: storm
data: {set: scenes, train: 256, test: 64}
model: {preset: micro, patch: 7, width: 32, depth: 2, heads: 2, decoder-width: 16,
        decoder-depth: 1, decoder-heads: 2}
pretrain: {strategy: hpm, batch: 16, warmup: 0}
evaluate: [knn]
YAML
maskgrid() {
    local command=$1
    shift
    "$program" "$command" "$recipe" "$@"
}

# How many epochs are so many seconds here?
run() { maskgrid run --quiet --jobs 1 --threads 1 -s seed=99 -s "pretrain.epochs=$1"; }
for n in 2 40; do run $n || fail 'a cell fails without Slurm'; done
each=$(sed -n 's/.* pretrain is done after \(.*\) s$/\1/p' results/cells/*/log.txt |
    sort -g | awk '{ s = $1 - s } END { print s / 38 }')
epochs() { awk -v s="$1" -v each="$each" 'BEGIN { printf "%d", 1 + s / each }'; }
rm -r results

short=(-s grid.seed=0..4 -s "about=it's \"quoted\"" -s "pretrain.epochs=$(epochs 12)")
long=(-s seed=9 -s name=long -s "pretrain.epochs=$(epochs 75)")
maskgrid plan --slurm cells.sh --jobs 2 "${short[@]}" || fail 'no plan'
maskgrid plan --slurm long.sh "${long[@]}" || fail 'no plan'
if command -v shellcheck >/dev/null; then shellcheck cells.sh || fail 'shellcheck'; fi

notes=results/storm/slurm
submit() { bash "$@" >"$root/submit.said" 2>&1 || fail "$1: $(cat "$root/submit.said")"; }
array() { sed 's/.* tasks of \([0-9]*\).*/\1/' "$root/submit.said"; }
note_is() { [[ $(cat "$notes/${job}_$1.state" 2>/dev/null) =~ ^$2 ]]; }
says() { # OF WHAT: how many cells status calls so
    [ "$(maskgrid status --format csv "${short[@]}" | grep -c ",$1,")" = "$2" ]
}
blind() { # the same where there is no squeue
    local PATH=$root/none
    says "$@"
}
mkdir "$root/none"
for tool in grep sh; do ln -s "$(command -v $tool)" "$root/none/$tool"; done

# --- what happens to it ---------------------------------------------------------

scontrol update "nodename=$node" state=drain reason=test
submit cells.sh
job=$(array)
says pending 5 || fail 'submitted cells are not pending'
blind pending 5 || fail 'submitted cells are not pending without squeue'
submit long.sh --time=1 --signal=B:USR1@55
long_job=$(array)
scontrol update "nodename=$node" state=resume

limited() { [[ $(cat "results/long/slurm/${long_job}_0.state" 2>/dev/null) =~ ^requeued ]]; }
{
    until_so 'a real minute is up, and the task queues again' limited
    scontrol update "jobid=$long_job" timelimit=30
} &
watch=$!

begun() { grep -qs step "results/cells/$(sed -n "$(($1 + 1))p" "$notes/$job.cells")/journal.jsonl"; }
until_so 'two tasks run' begun 0
until_so 'two tasks run' begun 1
note_is 2 . && fail 'three tasks run at a time: --jobs 2'
blind running 2 || fail 'two cells are not running'
scancel "$job"_1
timeout 2 scancel --batch --signal=USR1 "$job"_0 # as if its time were up; not twice
until_so 'the task queues again' note_is 0 requeued
until_so 'the task is cancelled' note_is 1 stopped

until_so 'the next task runs' note_is 2 .
scontrol update "nodename=$node" state=drain reason=test
queued() { squeue -h --array --name=storm --states="$1" | wc -l; }
nothing_runs() { [ "$(queued R,CG)" = 0 ]; }
until_so 'what runs ends' nothing_runs
waiting=$(queued PD) # the table's job too
((waiting > 1)) || fail 'nothing waits for the drained node'
sleep 3
[ "$(queued PD)" = "$waiting" ] || fail 'a task has begun on a drained node'
[ ! -e results/storm/table.txt ] || fail 'the table did not wait'
scontrol update "nodename=$node" state=resume

until_so 'the table is there' test -e results/storm/table.txt
until_so 'the queue of the cells is empty' says 'done' 4
says missing 1 || fail 'the cancelled cell is not missing'
grep -q 'Not run' results/storm/table.txt || fail 'the table does not miss the cell'

maskgrid plan --slurm rest.sh "${short[@]}" || fail 'no second plan'
grep -q 'array=0-0$' rest.sh || fail 'the rest is not one cell'
submit rest.sh
until_so 'all cells are done' says 'done' 5
whole() { ! grep -q 'Not run' results/storm/table.txt; }
until_so 'the table is whole' whole

wait "$watch" || exit
notes=results/long/slurm job=$long_job
until_so 'the long cell is done' note_is 0 'done'
until_so 'its table is there' test -e results/long/table.txt
idle() { [ -z "$(squeue -h)" ]; }
until_so 'the queue is empty' idle

# --- the count ------------------------------------------------------------------

sittings=$(cat results/cells/*/log.txt | grep -c 'pretrain begins')
for log in results/cells/*/log.txt; do
    [ "$(grep -c 'pretrain is done' "$log")" = 1 ] || fail "$log: not done once"
done
cells=(results/cells/*)
[ ${#cells[@]} = 6 ] || fail 'not six cells'
[ "$sittings" = 9 ] || fail "$sittings sittings, not 9: 6, and 3 for those that were stopped"
echo "slurm: 6 cells done once in $sittings sittings, $SECONDS s"
