/** @type {import("next").NextConfig} */
export default {
  distDir: "dist/console",
  poweredByHeader: false,
  reactStrictMode: true,
  // Types are checked by `npm run check`, once for the whole house.
  typescript: { ignoreBuildErrors: true, tsconfigPath: "tsconfig.next.json" },
  transpilePackages: ["@countersign/protocol"],
  serverExternalPackages: [
    "@prisma/client",
    "@prisma/adapter-pg",
    "pg",
    "next-auth",
    "openid-client",
    "nodemailer",
  ],
  productionBrowserSourceMaps: false,
  compress: true,
  devIndicators: false,
  images: { unoptimized: true },
  rewrites: async () => [
    { source: "/healthz", destination: "/api/health/live" },
    { source: "/readyz", destination: "/api/health/ready" },
    // Browsers ask for it beside answers that are no page.
    { source: "/favicon.ico", destination: "/icon.svg" },
  ],
};
