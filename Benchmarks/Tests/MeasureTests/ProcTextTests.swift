import Testing

@testable import Measure

struct ProcTextTests {
    private let mounts = """
        22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
        30 22 0:26 / /data rw - xfs /dev/vdb rw
        31 22 0:27 / /dataset rw - tmpfs tmpfs rw
        32 30 0:28 / /data rw master:2 shared:3 - btrfs /dev/vdc rw
        broken line
        """

    @Test(
        arguments: [
            ("/", "ext4 on /dev/vda"), ("/home/x", "ext4 on /dev/vda"), ("/data", "btrfs on /dev/vdc"),
            ("/data/deep/er", "btrfs on /dev/vdc"), ("/dataset/x", "tmpfs on tmpfs"), ("/datas", "ext4 on /dev/vda"),
        ]
    )
    func `the deepest and last mount holds the path`(path: String, expected: String) {
        #expect(ProcText.fileSystem(holding: path, mounts: mounts) == expected)
    }

    @Test func `no mounts hold nothing`() {
        #expect(ProcText.fileSystem(holding: "/x", mounts: "") == nil)
    }

    @Test func `the first line with the key gives the value`() {
        let text = "processor\t: 0\nmodel name\t: A CPU: big \nmodel name\t: Other\nempty :\n"
        #expect(ProcText.value(of: "model name", in: text) == "A CPU: big")
        #expect(ProcText.value(of: "empty", in: text) == "")
        #expect(ProcText.value(of: "missing", in: text) == nil)
    }
}
