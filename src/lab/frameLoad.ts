/**
 * Sends frames of many conversations through an interface at a steady rate: what a mirror port carries while something else is measured.
 * A process of its own. Usage: node frameLoad.js INTERFACE FRAMES-PER-SECOND SECONDS; it prints how many it sent, and in how many seconds.
 */

import { addressFromIpv4 } from '../base/address.ts';
import { ControlSocket } from '../link/controlSocket.ts';
import { MessageRows } from '../link/messageRows.ts';
import { encodeEthernet, etherType } from '../wire/ethernet.ts';
import { encodeIpv4, ipProtocol } from '../wire/ipv4.ts';
import { encodeUdp } from '../wire/udp.ts';

const [conversations, rowsOfCall, calls] = [1000, 64, 64];
const [router, firstHostMac] = [0x0200_5e00_00fe, 0x0200_5e10_0000];
const [firstHost, firstServer] = [0x0a14_0002, 0xcb00_7101];
/** Nothing is received: a filter that lets nothing through (bpf(4): return 0). */
const nothing = Uint8Array.of(6, 0, 0, 0, 0, 0, 0, 0);

/** No two of them are equal: a copy of another frame would be told apart, and refused. */
function frameOf(number: number): Uint8Array {
  const conversation = (number * 7) % conversations;
  const [host, server] = [firstHost + (conversation % 200), firstServer + (conversation % 199)];
  const answers = number % 2 === 1;
  const [source, destination] = answers ? [server, host] : [host, server];
  const [sourcePort, destinationPort] = answers ? [443, 20_000 + conversation] : [20_000 + conversation, 443];
  const payload = new Uint8Array(number % 5 === 0 ? 1200 : 40).fill(number & 0xff);
  const udp = encodeUdp(
    { source: addressFromIpv4(source), destination: addressFromIpv4(destination), sourcePort, destinationPort },
    payload,
  );
  const packet = encodeIpv4({ source, destination, protocol: ipProtocol.udp, identification: number & 0xffff }, udp);
  const mac = firstHostMac + (conversation % 200);
  const [destinationMac, sourceMac] = answers ? [mac, router] : [router, mac];
  return encodeEthernet({ destinationMac, sourceMac, etherType: etherType.ipv4 }, packet);
}

const [interfaceName = '', perSecond = 0, seconds = 0] = process.argv.slice(2).map((word, i) => (i === 0 ? word : Number(word))) as [
  string,
  number,
  number,
];
const socket = new ControlSocket(interfaceName, nothing);
const batches = Array.from({ length: calls }, (_, call) => {
  const rows = new MessageRows(rowsOfCall, 1514);
  for (let row = 0; row < rowsOfCall; row++) rows.put(row, frameOf(call * rowsOfCall + row));
  return rows;
});
const pause = new Int32Array(new SharedArrayBuffer(4));
const beganMs = performance.now();
const [sinceMs, total] = [() => performance.now() - beganMs, perSecond * seconds];
let [sent, call] = [0, 0];
while (sent < total && sinceMs() < (seconds + 5) * 1000) {
  // It sleeps between bursts: a sender that watched the clock would take a processor for itself.
  const due = Math.min(total, Math.floor((sinceMs() / 1000) * perSecond));
  if (due - sent < rowsOfCall) Atomics.wait(pause, 0, 0, 0.5);
  else {
    sent += batches[call % calls]?.send(socket.descriptor, 0, rowsOfCall) ?? 0;
    call++;
  }
  if (total - sent < rowsOfCall) break;
}
process.stdout.write(`${JSON.stringify({ sent, seconds: sinceMs() / 1000 })}\n`);
socket.close();
