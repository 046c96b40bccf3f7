/** Protocols recognised by what the octets say, not by port alone. */

export const applications = ['dns', 'tls', 'http', 'ssdp', 'browser', 'dhcp', 'mdns', 'llmnr', 'nbns', 'ntp', 'wsd', 'dhcpv6'] as const;
export type Application = (typeof applications)[number];
