/* The least that any flow validator must do with a capture file, as a yardstick for the whole program: read it, find each frame, decode to
 * the 5-tuple, keep a flow table. What it leaves out: other link types and formats than Ethernet in classic pcap of this machine's byte
 * order, extension headers, fragments, timeouts, any accounting of what it cannot decode. IPv6 flows are kept by a 128-bit digest.
 *
 *   cc -O2 -o yardstick yardstick.c      (-O3 -march=native is slower; see bench/README.md)
 *   yardstick FILE walk|decode|flows
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BLOCK = 1 << 20, LARGEST_RECORD = 1 << 18, BATCH = 64, FILE_HEADER = 24, RECORD_HEADER = 16 };
enum { FIRST_PLACES = 1 << 22 }; /* address space; memory is taken where flows fall */
enum { TCP = 6, UDP = 17 };
enum mode { WALK, DECODE, FLOWS };

/* One cache line. A free place has key[0] == 0. */
struct flow {
    uint64_t key[2];
    uint64_t first, last;
    uint64_t bytes[2];
    uint32_t packets[2];
    uint32_t tcp_flags, unused;
};
_Static_assert(sizeof(struct flow) == 64, "a flow is one cache line");

struct packet {
    uint64_t key[2], hash, time;
    uint32_t bytes;
    uint8_t reversed, tcp_flags;
};

static struct flow *table;
static uint64_t table_mask, table_used;
static struct packet batch[BATCH];
static int queued;
static uint64_t frames, decoded, checksum;

static uint16_t be16(const uint8_t *p) { uint16_t v; memcpy(&v, p, 2); return __builtin_bswap16(v); }
static uint32_t be32(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return __builtin_bswap32(v); }
static uint64_t raw64(const uint8_t *p) { uint64_t v; memcpy(&v, p, 8); return v; }

static uint64_t fold(uint64_t x, uint64_t y) {
    __uint128_t product = (__uint128_t)x * y;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t hash_of(const uint64_t key[2]) {
    return fold(fold(key[0] ^ 0x8ebc6af09c88c6e3u, key[1] ^ 0x589965cc75374cc3u), 0x1d8e4e27c47d124fu);
}

/* Table */

static struct flow *new_table(uint64_t places) {
    size_t bytes = places * sizeof(struct flow), huge = 2u << 20;
    uint8_t *mapping = mmap(NULL, bytes + huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED) { perror("mmap"); exit(1); }
    uint8_t *start = (uint8_t *)(((uintptr_t)mapping + huge - 1) & ~(uintptr_t)(huge - 1));
    munmap(mapping, (size_t)(start - mapping));
    (void)madvise(start, bytes, MADV_HUGEPAGE);
    return (struct flow *)start;
}

static struct flow *place_of(const uint64_t key[2], uint64_t hash) {
    struct flow *at = table + (hash & table_mask);
    while (at->key[0] && (at->key[0] != key[0] || at->key[1] != key[1])) at = at == table + table_mask ? table : at + 1;
    return at;
}

static void grow(void) {
    struct flow *old = table;
    uint64_t places = table_mask + 1;
    table = new_table(places * 4);
    table_mask = places * 4 - 1;
    for (uint64_t i = 0; i < places; i++)
        if (old[i].key[0]) *place_of(old[i].key, hash_of(old[i].key)) = old[i];
    munmap(old, places * sizeof(struct flow));
}

static void flush(void) {
    if (2 * (table_used + BATCH) > table_mask) grow();
    for (int i = 0; i < queued; i++) {
        const struct packet *packet = &batch[i];
        struct flow *flow = place_of(packet->key, packet->hash);
        if (!flow->key[0]) {
            flow->key[0] = packet->key[0];
            flow->key[1] = packet->key[1];
            flow->first = packet->time;
            table_used++;
        }
        flow->last = packet->time;
        flow->bytes[packet->reversed] += packet->bytes;
        flow->packets[packet->reversed]++;
        flow->tcp_flags |= (uint32_t)packet->tcp_flags << (8 * packet->reversed);
    }
    queued = 0;
}

/* Frames */

static int decode(const uint8_t *frame, uint32_t captured, struct packet *packet) {
    const uint8_t *end = frame + captured, *at = frame + 14;
    if (captured < 14 + 20) return 0;
    unsigned type = be16(frame + 12);
    for (int tags = 0; (type == 0x8100 || type == 0x88a8) && tags < 2; tags++) {
        type = be16(at + 2);
        at += 4;
    }

    /* Each end is one word: an IPv4 address and port, or a digest of an IPv6 address and port. No branch depends on which is the lower. */
    uint64_t source, destination;
    unsigned protocol;
    const uint8_t *transport;
    if (type == 0x0800) {
        if (end - at < 24 || (at[0] & 0xf0) != 0x40 || (be16(at + 6) & 0x1fff)) return 0;
        protocol = at[9];
        packet->bytes = be16(at + 2);
        transport = at + 4 * (at[0] & 15);
        if (end - transport < 4) return 0;
        source = (uint64_t)be32(at + 12) << 16 | be16(transport);
        destination = (uint64_t)be32(at + 16) << 16 | be16(transport + 2);
    } else if (type == 0x86dd) {
        if (end - at < 44 || (at[0] & 0xf0) != 0x60) return 0;
        protocol = at[6];
        packet->bytes = 40u + be16(at + 4);
        transport = at + 40;
        source = fold(raw64(at + 8) ^ 0x9e3779b97f4a7c15u, raw64(at + 16) ^ 0xd6e8feb86659fd93u) + be16(transport);
        destination = fold(raw64(at + 24) ^ 0x9e3779b97f4a7c15u, raw64(at + 32) ^ 0xd6e8feb86659fd93u) + be16(transport + 2);
    } else return 0;

    if (protocol != TCP && protocol != UDP) return 0;
    packet->tcp_flags = protocol == TCP && end - transport > 13 ? transport[13] : 0;
    packet->reversed = source > destination;
    uint64_t either = (source ^ destination) & -(uint64_t)packet->reversed;
    packet->key[0] = source ^ either;
    packet->key[1] = destination ^ either ^ (uint64_t)protocol << 48;
    packet->key[0] |= (uint64_t)(packet->key[0] == 0);
    packet->hash = hash_of(packet->key);
    return 1;
}

static void take(const uint8_t *record, uint32_t captured, enum mode mode) {
    struct packet *packet = &batch[queued];
    if (!decode(record + RECORD_HEADER, captured, packet)) return;
    decoded++;
    if (mode == DECODE) {
        checksum += packet->hash;
        return;
    }
    uint32_t seconds, fraction;
    memcpy(&seconds, record, 4);
    memcpy(&fraction, record + 4, 4);
    packet->time = seconds * 1000000000ull + fraction;
    __builtin_prefetch(table + (packet->hash & table_mask));
    if (++queued == BATCH) flush();
}

/* File */

static void read_all(int file, enum mode mode) {
    static uint8_t buffer[LARGEST_RECORD + RECORD_HEADER + BLOCK];
    size_t held = 0, at = 0;
    for (;;) {
        ssize_t got = read(file, buffer + held, BLOCK);
        if (got < 0) { perror("read"); exit(1); }
        if (got == 0) break;
        held += (size_t)got;
        if (frames == 0 && at == 0) {
            uint32_t magic;
            memcpy(&magic, buffer, 4);
            if (held < FILE_HEADER || (magic != 0xa1b2c3d4 && magic != 0xa1b23c4d)) { fprintf(stderr, "not a pcap file of this byte order\n"); exit(1); }
            at = FILE_HEADER;
        }
        while (held - at >= RECORD_HEADER) {
            uint32_t captured;
            memcpy(&captured, buffer + at + 8, 4);
            if (captured > LARGEST_RECORD) { fprintf(stderr, "damaged behind frame %llu\n", (unsigned long long)frames); exit(1); }
            if (held - at - RECORD_HEADER < captured) break;
            frames++;
            if (mode == WALK) checksum += captured;
            else take(buffer + at, captured, mode);
            at += RECORD_HEADER + captured;
        }
        memmove(buffer, buffer + at, held - at);
        held -= at;
        at = 0;
    }
    if (held) fprintf(stderr, "cut behind frame %llu\n", (unsigned long long)frames);
}

int main(int argc, char **argv) {
    enum mode mode = FLOWS;
    if (argc == 3 && !strcmp(argv[2], "walk")) mode = WALK;
    else if (argc == 3 && !strcmp(argv[2], "decode")) mode = DECODE;
    else if (argc != 3 || strcmp(argv[2], "flows")) { fprintf(stderr, "usage: %s FILE walk|decode|flows\n", argv[0]); return 2; }
    int file = open(argv[1], O_RDONLY);
    if (file < 0) { perror(argv[1]); return 1; }
    table_mask = FIRST_PLACES - 1;
    table = new_table(table_mask + 1);
    read_all(file, mode);
    flush();
    for (uint64_t i = 0; mode == FLOWS && i <= table_mask; i++) checksum += table[i].packets[0] + table[i].packets[1];
    printf("%llu frames, %llu decoded, %llu flows, sum %llu\n", (unsigned long long)frames, (unsigned long long)decoded,
        (unsigned long long)table_used, (unsigned long long)checksum);
    return 0;
}
