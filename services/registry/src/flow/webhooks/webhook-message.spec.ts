import { expect, it } from 'vitest';
import { bodyOf, headersOf } from './webhook-message.ts';

const delivery = {
  event: { entity: 'model_version_alias', action: 'deleted' },
  atMs: Date.parse('2026-01-02T03:04:05.678Z'),
  data: { name: 'fräud', alias: 'champion' },
} as const;
const body = bodyOf(delivery);

it('a body is what MLflow sends', () => {
  expect(body).toBe(
    '{"entity":"model_version_alias","action":"deleted","timestamp":"2026-01-02T03:04:05.678+00:00","data":{"name":"fräud","alias":"champion"}}',
  );
});

it('a signature is the one that Python computes', () => {
  // base64(hmac(b"secret", f"id-1.1767323045.{body}".encode(), "sha256"))
  expect(headersOf({ id: 'id-1', body, secret: 'secret' }, delivery.atMs)).toEqual({
    'Content-Type': 'application/json',
    'X-MLflow-Delivery-Id': 'id-1',
    'X-MLflow-Timestamp': '1767323045',
    'X-MLflow-Signature': 'v1,Smqh/RBhQGnXQrvo4RdnOKcdjgHdNzk8bxPNS948gEE=',
  });
});

it('without a secret there is no signature', () => {
  expect(headersOf({ id: 'id-1', body, secret: null }, 0)).not.toHaveProperty('X-MLflow-Signature');
});
