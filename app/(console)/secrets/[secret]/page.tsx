import type { Metadata } from "next";
import { SecretPage } from "./secret-page.tsx";

export const metadata: Metadata = { title: "Secret" };

export default async function Page({ params }: { params: Promise<{ secret: string }> }) {
  const { secret } = await params;
  return <SecretPage secret={decodeURIComponent(secret)} />;
}
