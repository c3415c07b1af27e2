import { type SpiffeId, spiffeId } from "@countersign/protocol/names";
import { AsnConvert } from "@peculiar/asn1-schema";
import {
  BasicConstraints,
  Certificate,
  ExtendedKeyUsage,
  id_ce_basicConstraints,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_kp_clientAuth,
  KeyUsage,
  KeyUsageFlags,
  SubjectAlternativeName,
} from "@peculiar/asn1-x509";
import { err, ok, type Result } from "../../kernel/result.ts";
import type { SvidRefusal } from "../domain/refusals.ts";

export type Svid = { readonly workload: SpiffeId; readonly expiresAtMs: number };

export type SvidRules = {
  readonly trustDomain: string;
  /** Workloads' identities are short-lived [KEY-7]: a longer one was not issued for a workload. */
  readonly maxLifetimeSeconds: number;
  readonly nowMs: number;
};

/**
 * Reads the identity from a leaf certificate as X509-SVID sections 2 to 5 say. The TLS library has
 * verified the chain and that the peer has the key; what the certificate *is* is judged here, from its
 * bytes: text renderings of names can be forged by what they quote [lesson L17]. Never throws.
 *
 * A caller who lies holds a certificate of our own issuer, and can choose any of its content: it then
 * has whatever one well-formed identity our issuer gave it, or nothing.
 */
export function readSvid(der: Uint8Array, rules: SvidRules): Result<Svid, SvidRefusal> {
  try {
    return judge(AsnConvert.parse(der, Certificate), rules);
  } catch {
    return err("not-der");
  }
}

function judge({ tbsCertificate }: Certificate, rules: SvidRules): Result<Svid, SvidRefusal> {
  const extensions = new Map<string, ArrayBuffer>();
  for (const { extnID, extnValue } of tbsCertificate.extensions ?? []) {
    if (extensions.has(extnID)) return err("extension-twice");
    extensions.set(extnID, extnValue.buffer);
  }
  const basic = parsed(extensions.get(id_ce_basicConstraints), BasicConstraints);
  if (basic?.cA === true) return err("is-a-ca");
  const usage = parsed(extensions.get(id_ce_keyUsage), KeyUsage)?.toNumber() ?? 0;
  if ((usage & KeyUsageFlags.digitalSignature) === 0) return err("key-may-not-sign");
  if ((usage & (KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign)) !== 0) {
    return err("key-may-certify");
  }
  const purposes = parsed(extensions.get(id_ce_extKeyUsage), ExtendedKeyUsage);
  if (purposes !== null && !purposes.includes(id_kp_clientAuth)) return err("not-for-clients");

  const { notBefore, notAfter } = tbsCertificate.validity;
  const [from, to] = [notBefore.getTime().getTime(), notAfter.getTime().getTime()];
  if (!(from <= rules.nowMs && rules.nowMs < to)) return err("not-valid-now");
  if (to - from > rules.maxLifetimeSeconds * 1000) return err("lives-too-long");

  const names = parsed(extensions.get(id_ce_subjectAltName), SubjectAlternativeName) ?? [];
  const uris = [...names].flatMap((it) => it.uniformResourceIdentifier ?? []);
  const [uri] = uris;
  if (uri === undefined) return err("no-uri");
  if (uris.length > 1) return err("several-uris");
  const workload = spiffeId.safeParse(uri);
  if (!workload.success) return err("not-a-spiffe-id");
  if (!workload.data.startsWith(`spiffe://${rules.trustDomain}/`)) return err("other-trust-domain");
  return ok({ workload: workload.data, expiresAtMs: to });
}

function parsed<T>(der: ArrayBuffer | undefined, type: new () => T): T | null {
  return der === undefined ? null : AsnConvert.parse(der, type);
}
