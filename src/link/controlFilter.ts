/**
 * The kernel filter of a control socket, as classic BPF (bpf(4), Linux networking/filter.rst): frames that say who owns or asks for an
 * address, and frames to the own MAC address. Everything else stays in the kernel.
 */

/** Operation codes of classic BPF. */
const load = { half: 0x28, byte: 0x30, word: 0x20, halfAtIndex: 0x48, indexOfIpv4Header: 0xb1 } as const;
const maskAccumulator = 0x54;
const jumpIf = { equal: 0x15, greaterOrEqual: 0x35, anyBit: 0x45 } as const;
const answer = 0x06;
/** SKF_AD_OFF + SKF_AD_VLAN_TAG and SKF_AD_VLAN_TAG_PRESENT: the kernel takes the outer tag out of the frame before filters see it. */
const vlanTag = (-0x1000 + 44) >>> 0;
const vlanTagPresent = (-0x1000 + 48) >>> 0;
const vlanIdentifierBits = 0xfff;
const wholeFrame = 0x4_0000;

interface Instruction {
  readonly code: number;
  readonly value: number;
  /** Labels to go on at; the next instruction where absent. */
  readonly whenTrue?: string;
  readonly whenFalse?: string;
}

class Program {
  private readonly instructions: Instruction[] = [];
  private readonly labels = new Map<string, number>();

  label(name: string): this {
    this.labels.set(name, this.instructions.length);
    return this;
  }

  load(code: number, value: number): this {
    this.instructions.push({ code, value });
    return this;
  }

  when(code: number, value: number, whenTrue?: string, whenFalse?: string): this {
    this.instructions.push({ code, value, ...(whenTrue ? { whenTrue } : {}), ...(whenFalse ? { whenFalse } : {}) });
    return this;
  }

  /** 8 octets an instruction, little-endian as on the machines that `native.ts` allows. */
  assemble(): Uint8Array {
    const octets = new Uint8Array(this.instructions.length * 8);
    const view = new DataView(octets.buffer);
    for (const [i, { code, value, whenTrue, whenFalse }] of this.instructions.entries()) {
      view.setUint16(i * 8, code, true);
      view.setUint8(i * 8 + 2, this.distance(i, whenTrue));
      view.setUint8(i * 8 + 3, this.distance(i, whenFalse));
      view.setUint32(i * 8 + 4, value, true);
    }
    return octets;
  }

  private distance(from: number, label: string | undefined): number {
    if (label === undefined) return 0;
    const to = this.labels.get(label);
    if (to === undefined || to <= from || to - from > 255) throw new Error(`unreachable: no jump to ${label}`);
    return to - from - 1;
  }
}

/** Goes to `yes` if the six octets at `at` are `mac`, else to `no`. */
function whenMac(program: Program, at: number, mac: number, yes: string, no: string): Program {
  return program
    .load(load.half, at)
    .when(jumpIf.equal, Math.floor(mac / 2 ** 32), undefined, no)
    .load(load.word, at + 2)
    .when(jumpIf.equal, mac % 2 ** 32, yes, no);
}

/**
 * @param own MAC address of the service port: what comes from it is left out
 */
export function controlFilter(own: number): Uint8Array {
  return whatMatters(inVlan(new Program(), 0), own, true);
}

/**
 * The same for a mirror port: without what goes to the own MAC address, because the service port hears that itself.
 * @param vlan the VLAN of the service port, as the mirror port shows it with tags; 0 for frames without a tag
 */
export function mirrorFilter(own: number, vlan: number): Uint8Array {
  return whatMatters(inVlan(new Program(), vlan), own, false);
}

/** Goes on with frames of one VLAN. A frame without a tag, or with a tag for its priority alone (VLAN 0), is in none. */
function inVlan(program: Program, vlan: number): Program {
  if (vlan === 0) return program.load(load.word, vlanTagPresent).when(jumpIf.equal, 0, undefined, 'drop');
  program.load(load.word, vlanTagPresent).when(jumpIf.equal, 0, 'drop');
  return program.load(load.word, vlanTag).load(maskAccumulator, vlanIdentifierBits).when(jumpIf.equal, vlan, undefined, 'drop');
}

function whatMatters(program: Program, own: number, toOwn: boolean): Uint8Array {
  whenMac(program, 6, own, 'drop', toOwn ? 'type' : 'destination');
  if (!toOwn) whenMac(program.label('destination'), 0, own, 'drop', 'type');
  program.label('type').load(load.half, 12);
  program.when(jumpIf.equal, 0x0806, 'keep').when(jumpIf.equal, 0x86dd, 'ipv6').when(jumpIf.equal, 0x0800, 'ipv4', 'to own');
  // Hop-by-hop options come before MLD; ICMPv6 from listener query to redirect, and MLD version 2; DHCPv6.
  program.label('ipv6').load(load.byte, 20);
  program.when(jumpIf.equal, 0, 'keep').when(jumpIf.equal, 58, 'icmpv6').when(jumpIf.equal, 17, 'udp6', 'to own');
  program.label('icmpv6').load(load.byte, 54).when(jumpIf.equal, 143, 'keep');
  program.when(jumpIf.greaterOrEqual, 138, 'to own').when(jumpIf.greaterOrEqual, 130, 'keep', 'to own');
  program.label('udp6').load(load.half, 54).when(jumpIf.equal, 547, 'keep').when(jumpIf.equal, 546, 'keep', 'to own');
  program.label('ipv4').load(load.byte, 23).when(jumpIf.equal, 17, undefined, 'to own');
  program.load(load.half, 20).when(jumpIf.anyBit, 0x1fff, 'to own');
  program.load(load.indexOfIpv4Header, 14).load(load.halfAtIndex, 14);
  program.when(jumpIf.equal, 67, 'keep').when(jumpIf.equal, 68, 'keep', 'to own');
  program.label('to own');
  whenMac(program, 0, own, 'keep', 'drop');
  program.label('keep').load(answer, wholeFrame).label('drop').load(answer, 0);
  return program.assemble();
}

/** Only Neighbor Solicitations that left the own MAC address: what the visibility gauge looks for on a mirror port. */
export function ownSolicitationFilter(own: number, vlan = 0): Uint8Array {
  const program = inVlan(new Program(), vlan);
  whenMac(program, 6, own, 'type', 'drop');
  program.label('type').load(load.half, 12).when(jumpIf.equal, 0x86dd, undefined, 'drop');
  program.load(load.byte, 20).when(jumpIf.equal, 58, undefined, 'drop');
  program.load(load.byte, 54).when(jumpIf.equal, 135, 'keep', 'drop');
  return program.label('keep').load(answer, wholeFrame).label('drop').load(answer, 0).assemble();
}

/** Neighbour solicitations and advertisements, and ARP, whoever sent them: for a station of a lab that plays many machines. */
export function neighbourFilter(): Uint8Array {
  const program = new Program();
  program.load(load.half, 12).when(jumpIf.equal, 0x0806, 'keep').when(jumpIf.equal, 0x86dd, undefined, 'drop');
  program.load(load.byte, 20).when(jumpIf.equal, 58, undefined, 'drop');
  program.load(load.byte, 54).when(jumpIf.equal, 135, 'keep').when(jumpIf.equal, 136, 'keep', 'drop');
  return program.label('keep').load(answer, wholeFrame).label('drop').load(answer, 0).assemble();
}
