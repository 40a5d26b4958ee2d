# Runs one broker for a test process and never outlives it: sh supervise.sh FOLDER JAVA [OPTION...]
#
# Orders come as lines on standard input, and each is answered by one line on standard output. When the input ends,
# because the test process finished, panicked or was killed, the broker is killed and FOLDER is removed.
set -u
folder=$1
shift
pid=

# An interrupt from the terminal reaches the whole process group; this one has to stay to clean up.
trap '' HUP INT TERM

stop() {
    if [ -n "$pid" ]; then
        kill -KILL "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
        pid=
    fi
}

while read -r order argument; do
    case $order in
        format)
            "$@" kafka.tools.StorageTool format --ignore-formatted --cluster-id "$argument" \
                --config "$folder/server.properties" >>"$folder/broker.log" 2>&1 </dev/null
            echo "$?"
            ;;
        start)
            stop
            "$@" kafka.Kafka "$folder/server.properties" >>"$folder/broker.log" 2>&1 </dev/null &
            pid=$!
            echo "$pid"
            ;;
        state)
            # A shell forgets an ended child only when it looks at its jobs; until then its id seems alive.
            jobs >/dev/null 2>&1
            if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then echo running; else echo ended; fi
            ;;
        signal)
            kill -"$argument" "$pid" 2>/dev/null
            echo "$?"
            ;;
        kill)
            stop
            echo killed
            ;;
        *)
            echo "unknown order"
            ;;
    esac
done

stop
rm -rf "$folder"
