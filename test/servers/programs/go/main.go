// Go's own HTTP server: `server ADDR [--log]`. From Go 1.24 on its listener is an MPTCP socket. With --log it prints a line
// for each request, before it answers.
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
	logs := len(os.Args) > 2 && os.Args[2] == "--log"
	answer := func(w http.ResponseWriter, r *http.Request) {
		if logs {
			fmt.Printf("%s %s %s\n", r.Method, r.URL, r.Proto)
		}
		fmt.Fprintf(w, "first %d\n", os.Getpid())
	}
	fmt.Fprintln(os.Stderr, http.Serve(listener, http.HandlerFunc(answer)))
}
