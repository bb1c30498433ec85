// swift-tools-version: 6.2
import PackageDescription

// The architecture of Tintype, checked by the compiler: one folder per target, every arrow points down.

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
]

/// A target that owns no pointer: every unsafe use in it must be spelled `unsafe`.
func safe(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(
        name: name, dependencies: dependencies, swiftSettings: strict + [.strictMemorySafety()])
}

/// A target that wraps C and owns the pointers to it.
func mechanism(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func library(_ name: String, _ pkgConfig: String?) -> Target {
    .systemLibrary(name: name, path: "Sources/\(name)", pkgConfig: pkgConfig)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency] = [], settings: [SwiftSetting] = []
) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.byName(name: name)] + dependencies,
        swiftSettings: strict + settings)
}

let package = Package(
    name: "tintype",
    targets: [
        .executableTarget(name: "tintype", dependencies: ["App"], swiftSettings: strict),
        .executableTarget(
            name: "tintype-bench",
            dependencies: [
                "App", "Crypto", "Domain", "HTTP", "HTTPClient", "HTTPServer", "Imaging",
                "SQLite", "Services", "Store", "Telemetry", "Vectors",
            ],
            swiftSettings: strict),

        safe(
            "App",
            [
                "API", "CMalloc", "CSamples", "Crypto", "Domain", "HTTP", "HTTPClient",
                "HTTPServer",
                "Imaging", "Providers", "SQLite", "Services", "Storage", "Store", "Telemetry",
                "Vectors", "Web",
            ]),

        safe("API", ["Crypto", "Domain", "HTTP", "Services", "Store"]),
        safe("Web", ["Crypto", "Domain", "HTTP", "Services", "Store"]),
        safe("Providers", ["Domain", "HTTP", "HTTPClient"]),
        safe("Storage", ["Crypto", "Domain", "HTTP", "HTTPClient"]),

        safe("Services", ["Crypto", "Domain", "Imaging", "Store", "Telemetry", "Vectors"]),

        safe("Store", ["Domain", "SQLite"]),
        safe("Domain"),

        .target(
            name: "HTTPServer", dependencies: ["CUV", "CZlib", "HTTP", "Telemetry"],
            exclude: ["NOTES.md"], swiftSettings: strict),
        mechanism("HTTPClient", ["CCurl", "HTTP"]),
        mechanism("SQLite", ["CSQLite"]),
        mechanism(
            "Imaging",
            [
                "CEXIF", "CGIF", "CHEIF", "CImaging", "CLCMS", "CPNG", "CSeccomp", "CTesseract",
                "CWebP",
            ]),
        .target(
            name: "Vectors", dependencies: ["CKernels"], exclude: ["NOTES.md"],
            swiftSettings: strict),
        mechanism("Crypto", ["COpenSSL", "CSodium"]),
        safe("HTTP"),
        safe("Telemetry"),

        .target(
            name: "CKernels",
            cSettings: [.unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror"])]),
        .target(
            name: "CImaging",
            cSettings: [.unsafeFlags(["-O3", "-Wall", "-Wextra", "-Werror"])],
            linkerSettings: [.linkedLibrary("jpeg"), .linkedLibrary("png")]),
        .target(name: "CSamples"),
        library("CCurl", "libcurl"),
        library("CEXIF", "libexif"),
        library("CFuzzer", nil),
        library("CGIF", nil),
        library("CHEIF", "libheif"),
        library("CLCMS", "lcms2"),
        library("CMalloc", nil),
        library("COpenSSL", "libcrypto"),
        library("CPNG", "libpng"),
        library("CSeccomp", "libseccomp"),
        library("CSQLite", "sqlite3"),
        library("CSodium", "libsodium"),
        library("CTesseract", "tesseract"),
        library("CUV", "libuv"),
        library("CWebP", "libwebp"),
        library("CZlib", "zlib"),

        tests("API", ["Domain", "HTTP", "Services"]),
        tests(
            "App",
            [
                "CImaging", "Crypto", "Domain", "HTTP", "HTTPClient", "HTTPServer", "Imaging",
                "Providers", "SQLite", "ScriptedServer", "Services", "Telemetry",
                "decode-worker-for-tests",
            ],
            // Compiling is most of what these tests cost; the optimiser would double it for nothing.
            settings: [.unsafeFlags(["-Onone"])]),
        tests("Crypto"),
        tests("Domain"),
        tests("HTTP"),
        tests("HTTPClient", ["HTTP", "HTTPServer", "ScriptedServer"]),
        .executableTarget(
            name: "tintype-fuzz", dependencies: ["CFuzzer", "HTTP", "HTTPServer"],
            path: "Tests/Fuzzing", swiftSettings: strict),
        tests("HTTPServer", ["CZlib", "HTTP"]),
        .executableTarget(
            name: "decode-worker-for-tests", dependencies: ["CSeccomp", "Imaging"],
            path: "Tests/DecodeWorker", swiftSettings: strict),
        tests("Imaging", ["decode-worker-for-tests"]),
        tests(
            "Providers",
            ["Domain", "HTTP", "HTTPClient", "HTTPServer", "Imaging", "ScriptedServer"]),
        .target(
            name: "ScriptedServer", dependencies: ["Crypto", "HTTP"], path: "Tests/ScriptedServer",
            swiftSettings: strict),
        tests("SQLite"),
        tests("Services", ["Crypto", "Domain", "Store", "Telemetry"]),
        tests("Storage", ["Crypto", "Domain", "ScriptedServer"]),
        tests("Store", ["Domain", "SQLite"]),
        tests("Telemetry"),
        tests("Vectors", ["CKernels"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu17
)
