# The rest is the same for every recipe; the head above says what it works on:
#
#   maskgrid  the program            folder    where the table goes
#   words     recipe and settings    at_once   how many tasks at a time; empty: no limit
#   cells     one a task             restarts  how often at most a task queues again
#
# What becomes of tasks stands in $folder/slurm, where `maskgrid status` reads it:
# JOB.cells lists the cells of an array in the order of its tasks, JOB_TASK.state says
# of a task "running", "requeued", "stopped", "failed" or "done", since when and where.
# shellcheck shell=bash disable=SC2154

notes=$folder/slurm
block=1000 # tasks of one array; Slurm takes 1001 unless it is told otherwise

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

# Whoever looks finds a whole file.
write() { # FILE, its text from stdin
    cat >"$1.part" && mv -f "$1.part" "$1"
}

list() { # JOB FIRST
    printf '%s\n' "${cells[@]:$2:block}" | write "$notes/$1.cells"
}

note() { # STATE
    TZ=UTC0 printf '%s %(%FT%TZ)T %s\n' "$1" -1 "${SLURMD_NODENAME-}" |
        write "$notes/$task.state"
}

# --- one task -------------------------------------------------------------------

# SIGUSR1 comes to this shell alone when the time is nearly up: maskgrid saves what it has
# and ends with 75, and the task queues again.  SIGTERM, of scancel or of a node that goes,
# reaches all processes of the task by itself; whether it queues again is Slurm's affair.
run_cell() { # FIRST
    local code why='' trapped
    local array=$SLURM_ARRAY_JOB_ID
    task=${array}_$SLURM_ARRAY_TASK_ID
    [ -e "$notes/$array.cells" ] || list "$array" "$1"
    trap 'trapped=1 why=time; [ -z "$!" ] || kill -USR1 "$!"' USR1
    trap 'trapped=1 why=${why:-end}' TERM
    note running
    "$maskgrid" run --only "${cells[$1 + SLURM_ARRAY_TASK_ID]}" --jobs 1 \
        --threads "$SLURM_CPUS_PER_TASK" "${words[@]}" &
    while
        trapped=
        wait "$!"
        code=$?
        [ -n "$trapped" ]
    do :; done

    case $why/$code in
        */0) note 'done' ;;
        time/75 | time/138) again ;; # 128 + SIGUSR1: it came before maskgrid was ready
        */75) note stopped ;;
        *) note failed ;;
    esac
    exit "$code"
}

# Slurm ends this task as soon as it has heard of it.
again() {
    ((${SLURM_RESTART_COUNT:-0} < restarts)) || {
        note failed
        fail "requeued $restarts times and not done: is --time too short for any progress?"
    }
    note requeued
    scontrol requeue "$SLURM_JOB_ID" || note stopped
}

# --- all of them ----------------------------------------------------------------

submit() { # SCRIPT [SBATCH OPTION...]
    local script=$1 first job='' jobs='' tasks all=${#cells[@]}
    shift
    command -v sbatch >/dev/null || fail 'There is no sbatch here.'
    for ((first = 0; first < all; first += block)); do
        tasks=$((all - first < block ? all - first : block))
        job=$(sbatch --parsable "$@" --array="0-$((tasks - 1))${at_once:+%$at_once}" \
            ${at_once:+${job:+--dependency=afterany:$job}} "$script" "$first") || exit
        job=${job%%;*} # JOB;CLUSTER
        jobs+=:$job
        list "$job" "$first"
    done
    job=$(table | sbatch --parsable --time=30 --mem=1000 "$@" --job-name="$name-table" \
        --dependency="afterany$jobs" --output="$notes/%j-table.log") || exit
    printf '%s cells are tasks of %s; then %s writes %s\n' "$all" "${jobs:1}" "${job%%;*}" \
        "$folder/table.txt"
}

table() {
    printf '#!/bin/bash\n'
    printf '%q ' exec "$maskgrid" table --out "$folder/table.txt" "${words[@]}"
}

script=$(realpath -- "$0")
cd "$there" && mkdir -p "$notes" || exit
if [ -n "${SLURM_ARRAY_TASK_ID-}" ]; then run_cell "${1:-0}"; else submit "$script" "$@"; fi
