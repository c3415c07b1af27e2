/** One IPv4 address, or one IPv6 /64, which is what one subscriber holds. Empty where the socket is gone. */
export function addressKey(remote: string | undefined): string {
  if (remote === undefined) return "";
  const v4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(remote)?.[1];
  if (v4 !== undefined) return v4;
  const [head = "", tail] = remote.split("%")[0]?.toLowerCase().split("::") ?? [];
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: Math.max(0, zeros) }, () => "0"), ...right];
  return `${groups.slice(0, 4).join(":")}::/64`;
}
