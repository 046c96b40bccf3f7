import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatAddress } from '../../../src/base/address.ts';
import { ServicePort } from '../../../src/darkspace/edge/servicePort.ts';
import { connect, Namespace, noLab } from '../../lab/namespaces.ts';

describe('the service port', { skip: noLab }, () => {
  it('follows addresses that come and go, and says each change once', (t) => {
    const [box, network] = [new Namespace(t), new Namespace(t)];
    connect(box, { name: 'svc0' }, network, { name: 'lan0' });
    // Its link-local address would come at a moment of its own.
    for (const words of [['down'], ['addrgenmode', 'none'], ['up']]) box.ip('link', 'set', 'svc0', ...words);
    const address = (verb: string, text: string) => box.ip('address', verb, text, 'dev', 'svc0');
    address('add', '10.9.0.200/24');
    box.inside(() => {
      const port = new ServicePort('svc0');
      const renew = () => (port.renew()?.addresses ?? []).map(({ address: own }) => formatAddress(own));
      const speaks = () => port.speaker.addresses.map(formatAddress);
      assert.deepEqual(speaks(), ['10.9.0.200']);
      address('add', '10.8.0.200/24');
      assert.deepEqual(renew(), ['10.9.0.200', '10.8.0.200']);
      assert.deepEqual(renew(), [], 'said once');
      assert.equal(port.networks.length, port.speaker.addresses.length);
      address('del', '10.8.0.200/24');
      assert.deepEqual(renew(), ['10.9.0.200'], 'as at the start, which is a change too');
      assert.deepEqual(speaks(), ['10.9.0.200']);
      assert.deepEqual(renew(), []);
    });
  });
});
