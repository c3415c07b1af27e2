"use client";
import "./globals.css";
import PageError from "./error.tsx";

/** What is left when even the frame fails: the same words, without anything around them. */
export default function GlobalError(props: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <html lang="en">
      <body>
        <PageError {...props} />
      </body>
    </html>
  );
}
