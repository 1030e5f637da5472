# Completion of maskgrid for fish; the program itself says what may come next.
# Installed it is found by fish; else: source scripts/completion/maskgrid.fish

function __maskgrid_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct | string replace -r '^[\'"]' '')
    set -l program $words[1]
    set -e words[1]
    set -l option (string match -r -- '^-[^=]*=' $typed)
    set -l path (string replace -r -- '^-[^=]*=' '' $typed)
    for line in ($program complete -- $words $typed 2>/dev/null)
        switch $line
            case :files
                printf "$option%s\n" (__fish_complete_path $path)
            case :folders
                printf "$option%s\n" (__fish_complete_directories $path '')
            case '*'
                echo $line
        end
    end
end
complete -c maskgrid -f -a '(__maskgrid_complete)'
