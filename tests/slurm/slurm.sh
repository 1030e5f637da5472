#!/bin/bash
# slurm.sh PROGRAM: a real Slurm of one machine, and a recipe that it runs while tasks are
# cancelled, come to their time limit, and the node is drained.  In the end every cell is
# done once, and the table is there.  Two minutes, a quarter of an hour where the machine
# has much else to do; needs no rights but those to install.  Where no Slurm can be had, or
# it runs nothing, a line says so and that is all.
set -u
program=$(realpath -- "$1")
cd "$(dirname -- "$0")/../.." || exit

skip() { echo "slurm: left out: $1"; exit 0; }
timeout 300 scripts/setup.sh slurmctld slurmd slurm-client ||
    skip "Slurm is not installed and cannot be installed here"

root=$(mktemp -d)
work="$root/it's \"here\" now" # what has to be quoted somewhere
mkdir -p "$work/my recipes" "$root/state" "$root/spool"
export SLURM_CONF=$root/slurm.conf OMP_WAIT_POLICY=passive

# Processes that were started since: of daemons and tasks too, whoever their parent is.
ours() {
    local list
    list=$(env -u SLURM_CONF grep -lsFxz "SLURM_CONF=$SLURM_CONF" /proc/[0-9]*/environ)
    tr -cd '0-9\n' <<<"$list"
}

end() {
    local pid signal
    [ -z "$watch" ] || kill "$watch" 2>/dev/null
    timeout 10 scancel --quiet --user="$(id -un)" 2>/dev/null # what a failed test has left
    for _ in {1..75}; do
        [ -n "$(timeout 10 squeue -h --states=R,CG 2>/dev/null)" ] || break
        sleep 0.2
    done
    for signal in TERM KILL; do
        for pid in $(ours); do kill -$signal "$pid" 2>/dev/null; done
        for _ in {1..50}; do
            [ -n "$(ours)" ] || break
            sleep 0.2
        done
    done
    rm -rf "$root"
}
watch=
trap end EXIT

fail() {
    echo "slurm: $1" >&2
    squeue --array >&2
    tail -n 30 results/*/slurm/*.log "$root"/slurm*.log "$root"/*.said >&2
    exit 1
}

# SECONDS COMMAND...: until the command succeeds; false if it has not by then.
patient() {
    local end=$1
    shift
    until "$@"; do
        ((SECONDS < end)) || return
        sleep 0.3
    done
}

# WHAT COMMAND...: the same, with the patience of the whole test.
until_so() {
    local what=$1
    shift
    patient 900 "$@" || fail "after a quarter of an hour still not so: $what"
}

# --- a Slurm --------------------------------------------------------------------

node=$(uname -n)
node=${node%%.*}
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
KillWait=60
OverTimeLimit=0
MessageTimeout=60
BatchStartTimeout=120
ReturnToService=2
NodeName=$node NodeAddr=127.0.0.1 CPUs=4 RealMemory=8000 State=UNKNOWN
PartitionName=all Nodes=$node Default=YES State=UP
CONF
PATH=$PATH:/usr/sbin
last_words() { tail -qn 1 "$root"/slurm*.log 2>/dev/null | paste -sd ' '; }
if ! slurmctld -c || ! slurmd; then skip "Slurm does not start here: $(last_words)"; fi
state_is() { [[ $(sinfo -h -o %T 2>/dev/null) =~ $1 ]]; }
patient $((SECONDS + 90)) state_is '^idle' || skip "no node comes up here: $(last_words)"
sbatch --quiet --output="$root/tried" --wrap=true
patient $((SECONDS + 90)) test -e "$root/tried" || skip "no task runs here: $(last_words)"

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

short=(-s grid.seed=0..4 -s "about=it's \"quoted\"" -s pretrain.epochs=60) # a second or two
long=(-s seed=9 -s name=long -s pretrain.epochs=60)
maskgrid plan --slurm cells.sh --jobs 2 "${short[@]}" || fail 'no plan'
maskgrid plan --slurm long.sh "${long[@]}" || fail 'no plan'
if command -v shellcheck >/dev/null; then shellcheck cells.sh || fail 'shellcheck'; fi

notes=results/storm/slurm
submit() { bash "$@" >"$root/submit.said" 2>&1 || fail "$1: $(cat "$root/submit.said")"; }
array() { sed 's/.* tasks of \([0-9]*\).*/\1/' "$root/submit.said"; }
note_is() { [[ $(cat "$notes/${job}_$1.state" 2>/dev/null) =~ ^$2 ]]; }
cell() { sed -n "$(($1 + 1))p" "results/${2:-storm}/slurm/${3:-$job}.cells"; } # of a task
tell() { # SIGNAL CELL
    local pid told=1
    for pid in $(ours); do
        case $(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline") in
        *" cell "*" $2 "*) kill "-$1" "$pid" && told=0 ;;
        esac
    done
    return $told
}
# In the middle of its training, until it is told CONT: so it is not over before something
# has been done to it, however fast or slow the machine is.
hold() { grep -qs step "results/cells/$1/journal.jsonl" && tell STOP "$1"; }
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

asked() { grep -qs ^stopping "results/long/slurm/${long_job}_0.log"; }
limited() {
    [[ $(cat "results/long/slurm/${long_job}_0.state" 2>/dev/null) =~ ^requeued ]] && return
    if asked; then tell CONT "$long_cell"; else hold "$long_cell"; fi
    false
}
long_cell=$(cell 0 long "$long_job")
{
    until_so 'its time is up, and the long task queues again' limited
    scontrol update "jobid=$long_job" timelimit=30
} &
watch=$!

for task in 0 1; do until_so 'two cells are trained' hold "$(cell $task)"; done
note_is 2 . && fail 'three tasks run at a time: --jobs 2'
blind running 2 || fail 'two cells are not running'
scancel "$job"_1
timeout 2 scancel --batch --signal=USR1 "$job"_0 # as if its time were up; not twice
for task in 0 1; do tell CONT "$(cell $task)"; done
until_so 'the task queues again' note_is 0 requeued
until_so 'the task is cancelled' note_is 1 stopped

# Held, it leaves the rest one place: they cannot all be over before the node is drained.
held() { note_is 2 'done' || hold "$(cell 2)"; }
until_so 'the next task runs' note_is 2 .
until_so 'the next cell is trained' held
scontrol update "nodename=$node" state=drain reason=test
tell CONT "$(cell 2)"
queued() { squeue -h --array --name=storm --states="$1" | wc -l; }
nothing_runs() { [ "$(queued R,CG)" = 0 ]; }
until_so 'what runs ends' nothing_runs
waiting=$(queued PD)
((waiting)) || fail 'nothing waits for the drained node'
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
# The long one may be asked to stop before it has begun.
((sittings == 8 || sittings == 9)) ||
    fail "$sittings sittings, not 9: 6, and 3 for those that were stopped"
echo "slurm: 6 cells done once in $sittings sittings, $SECONDS s"
