import type { Metadata } from "next";
import { RequestPage } from "./request-page.tsx";

export const metadata: Metadata = { title: "Request" };

export default async function Page({ params }: { params: Promise<{ proposal: string }> }) {
  const { proposal } = await params;
  return <RequestPage proposal={decodeURIComponent(proposal)} />;
}
