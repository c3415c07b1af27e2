import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { EntryPage } from "./entry-page.tsx";

export const metadata: Metadata = { title: "Entry" };

export default async function Page({ params }: { params: Promise<{ entry: string }> }) {
  const { entry } = await params;
  if (!/^\d{1,15}$/.test(entry)) notFound();
  return <EntryPage entry={Number(entry)} />;
}
