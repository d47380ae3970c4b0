/* Listens on 127.0.0.1:PORT (`holder PORT`), or without one only waits; forks a child that keeps the socket for each SIGUSR1. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void on_usr1(int number) {
  (void)number;
  fork();
}

int main(int argc, char **argv) {
  signal(SIGUSR1, on_usr1);
  if (argc > 1) {
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 8) != 0) return 1;
  }
  for (;;) pause();
}
