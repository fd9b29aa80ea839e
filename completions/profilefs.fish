# Completion for fish. What can be completed, the program says: see fs/cmd/complete.h.

function __profilefs_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    for line in ($words[1] complete -- $words[2..-1] "$word" 2>/dev/null)
        set -l before (string replace -r '^:\w+ ' '' -- $line)
        set -l rest (string sub -s (math (string length -- "$before") + 1) -- "$word")
        switch $line
            case ':files *'
                printf '%s\n' $before(__fish_complete_path "$rest")
            case ':profiles *'
                printf '%s\n' $before(__fish_complete_suffix "$rest" .mobileconfig)
            case ':directories *'
                printf '%s\n' $before(__fish_complete_directories "$rest" '')
            case ':commands *'
                complete -C "$rest"
            case '*'
                printf '%s\n' $line
        end
    end
end

complete -c profilefs -f -a '(__profilefs_complete)'
