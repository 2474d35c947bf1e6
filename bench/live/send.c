// Sends made-up frames to an interface, as a load for live capture: conversations of seven TCP frames, or datagrams of one size.
//   send IFACE tcp SECONDS FRAMES_PER_SECOND          each conversation is new: SYN, SYN-ACK, ACK, data, data, FIN, FIN; 10.0.0.5 is server or client
//   send IFACE udp SECONDS FRAMES_PER_SECOND SIZE FLOWS   SIZE is the frame's length; FRAMES_PER_SECOND 0 sends as fast as it can
// Prints the frames that the system took. Linux only; needs the right to open packet sockets.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, LONGEST = 9014 };

static uint8_t frames[BATCH][LONGEST];
static struct mmsghdr messages[BATCH];
static struct iovec parts[BATCH];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static uint16_t fold(uint32_t sum) {
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum;
}

static uint32_t sum_of(const uint8_t *bytes, int length, uint32_t sum) {
  for (int i = 0; i + 1 < length; i += 2) sum += bytes[i] << 8 | bytes[i + 1];
  return length & 1 ? sum + (bytes[length - 1] << 8) : sum;
}

static void put16(uint8_t *at, uint16_t value) { at[0] = value >> 8; at[1] = value; }
static void put32(uint8_t *at, uint32_t value) { put16(at, value >> 16); put16(at + 2, value); }

// Ethernet, IPv4 and room for the transport; returns where that begins. length is the frame's.
static uint8_t *ip(uint8_t *f, int length, uint8_t protocol, uint32_t from, uint32_t to, uint16_t id) {
  memset(f, 0, 14 + 20 + 40);
  memcpy(f, "\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0", 14);
  uint8_t *h = f + 14;
  h[0] = 0x45;
  put16(h + 2, length - 14);
  put16(h + 4, id);
  h[8] = 64;
  h[9] = protocol;
  put32(h + 12, from);
  put32(h + 16, to);
  put16(h + 10, fold(sum_of(h, 20, 0)));
  return h + 20;
}

static void seal(uint8_t *f, int length, int checksum) {
  uint8_t *h = f + 14, *t = h + 20;
  int rest = length - 34;
  put16(t + checksum, fold(sum_of(t, rest, sum_of(h + 12, 8, h[9] + rest))));
}

static int tcp(uint8_t *f, uint64_t n) {
  static const uint16_t ports[8] = {25, 25, 443, 25, 443, 22, 3389, 587};
  uint64_t conversation = n / 7;
  int step = n % 7, inward = conversation & 1, fromClient = step != 1 && step != 4 && step != 6;
  uint32_t outside = (198u << 24 | 18u << 16) + conversation * 2654435761u % 131072, inside = 10u << 24 | 5;
  uint32_t client = inward ? outside : inside, server = inward ? inside : outside;
  uint16_t high = 1024 + conversation % 64000, port = ports[conversation * 2654435761u >> 29 & 7];
  uint32_t clientSeq = conversation * 7919, serverSeq = conversation * 104729;
  int data = step == 3 || step == 4 ? 40 : 0, length = 54 + data;
  uint8_t *t = ip(f, length, 6, fromClient ? client : server, fromClient ? server : client, n);
  put16(t, fromClient ? high : port);
  put16(t + 2, fromClient ? port : high);
  put32(t + 4, fromClient ? clientSeq + (step > 0) + (step > 3 ? 40 : 0) : serverSeq + (step > 1) + (step > 4 ? 40 : 0));
  if (step > 0) put32(t + 8, fromClient ? serverSeq + 1 + (step > 4 ? 40 : 0) : clientSeq + 1 + (step > 3 ? 40 : 0) + (step == 6));
  t[12] = 0x50;
  t[13] = step == 0 ? 2 : step == 1 ? 0x12 : step >= 5 ? 0x11 : data ? 0x18 : 0x10;
  put16(t + 14, 65535);
  memset(t + 20, 'x', data);
  seal(f, length, 16);
  return length;
}

static int udp(uint8_t *f, uint64_t n, int size, uint64_t flows) {
  uint64_t flow = n % flows;
  uint8_t *t = ip(f, size, 17, (198u << 24 | 18u << 16) + flow % 65536, 10u << 24 | 5, n);
  put16(t, 1024 + flow / 65536);
  put16(t + 2, 53);
  put16(t + 4, size - 34);
  return size; // a checksum of 0 is none
}

int main(int argc, char **argv) {
  int isUdp = argc == 7 && !strcmp(argv[2], "udp");
  if (!isUdp && !(argc == 5 && !strcmp(argv[2], "tcp"))) {
    fprintf(stderr, "usage: send IFACE tcp SECONDS FRAMES_PER_SECOND | send IFACE udp SECONDS FRAMES_PER_SECOND SIZE FLOWS\n");
    return 2;
  }

  double seconds = atof(argv[3]), rate = atof(argv[4]);
  int size = isUdp ? atoi(argv[5]) : 0;
  uint64_t flows = isUdp ? strtoull(argv[6], 0, 10) : 1;
  if (isUdp && (size < 60 || size > LONGEST || flows < 1)) return fprintf(stderr, "send: SIZE is 60 to %d, FLOWS at least 1\n", LONGEST), 2;
  int s = socket(AF_PACKET, SOCK_RAW, 0);
  struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(argv[1])};
  if (s < 0 || !to.sll_ifindex || bind(s, (struct sockaddr *)&to, sizeof to)) return perror(argv[1]), 1;
  int room = 8 << 20;
  setsockopt(s, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
  setsockopt(s, SOL_PACKET, 20 /* PACKET_QDISC_BYPASS */, &(int){1}, sizeof(int));
  uint64_t sent = 0;
  for (int i = 0; i < BATCH; i++) {
    parts[i].iov_base = frames[i];
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }

  double start = now(), end = start + seconds;
  for (double t; (t = now()) < end;) {
    if (rate > 0) {
      double ahead = sent / rate - (t - start);
      if (ahead > 0) {
        struct timespec wait = {ahead, (ahead - (long)ahead) * 1e9};
        nanosleep(&wait, 0);
        continue;
      }
    }

    for (int i = 0; i < BATCH; i++) parts[i].iov_len = isUdp ? udp(frames[i], sent + i, size, flows) : tcp(frames[i], sent + i);
    for (int done = 0; done < BATCH;) {
      int took = sendmmsg(s, messages + done, BATCH - done, 0);
      if (took < 0 && errno != ENOBUFS && errno != EAGAIN && errno != EINTR) return perror("send"), 1;
      if (took > 0) done += took, sent += took;
    }
  }

  printf("%llu\n", (unsigned long long)sent);
  return 0;
}
