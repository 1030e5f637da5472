# Completion of maskgrid for bash; the program itself says what may come next.
# Installed it is found by bash-completion; else: . scripts/completion/maskgrid.bash

_maskgrid() {
    local program=${1/#\~/$HOME} rest=${COMP_LINE:0:COMP_POINT} quote= head= piece word about i
    local -a words=()
    COMPREPLY=()

    # bash has taken words apart at = and : too; those with no blank between are one.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        if [[ $i = 0 || $rest = [[:space:]]* ]]; then
            rest=${rest#"${rest%%[![:space:]]*}"}
            words+=("")
        fi
        piece=${rest:0:${#COMP_WORDS[i]}}
        words[-1]+=$piece
        rest=${rest:${#piece}}
    done
    case ${words[-1]} in
        [\'\"]*) quote=1 words[-1]=${words[-1]:1} ;;
    esac

    # What stands before the last of them is no part of what bash puts in.
    local breaks=${COMP_WORDBREAKS//[^=:]/}
    [[ $breaks && ! $quote ]] && head=${words[-1]%"${words[-1]##*[$breaks]}"}

    while IFS=$'\t' read -r word about; do
        case $word in
            :files | :folders)
                compopt -o filenames 2> /dev/null
                [[ $word = :files ]] && i=-f || i=-d
                word=${words[-1]}
                [[ $word = -*=* ]] && word=${word#*=}
                while IFS= read -r piece; do COMPREPLY+=("$piece"); done < <(compgen $i -- "$word")
                ;;
            *) COMPREPLY+=("${word#"$head"}") ;;
        esac
    done < <("$program" complete -- "${words[@]:1}" 2> /dev/null)
    if [[ ${#COMPREPLY[@]} = 1 && ${COMPREPLY[0]} = *[=.] ]]; then
        compopt -o nospace 2> /dev/null
    fi
}
complete -F _maskgrid maskgrid
