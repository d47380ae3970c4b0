// Go's own HTTP server: `server ADDR`. From Go 1.24 on its listener is an MPTCP socket.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
)

func main() {
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("up")
	answer := func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, "first %d\n", os.Getpid()) }
	fmt.Fprintln(os.Stderr, http.Serve(listener, http.HandlerFunc(answer)))
}
