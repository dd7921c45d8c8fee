namespace AzaleaOS.Abi.Linux;

/// <summary>The names of <see cref="Errno"/> where there is no reflection: for the trace.</summary>
public static class ErrnoNames
{
    // One line per number from 1. Read from the start on every look-up: small, not fast.
    private static ReadOnlySpan<byte> Lines =>
        "EPERM\nENOENT\nESRCH\nEINTR\nEIO\nENXIO\nE2BIG\nENOEXEC\nEBADF\nECHILD\nEAGAIN\nENOMEM\nEACCES\n"u8 +
        "EFAULT\nENOTBLK\nEBUSY\nEEXIST\nEXDEV\nENODEV\nENOTDIR\nEISDIR\nEINVAL\nENFILE\nEMFILE\nENOTTY\n"u8 +
        "ETXTBSY\nEFBIG\nENOSPC\nESPIPE\nEROFS\nEMLINK\nEPIPE\nEDOM\nERANGE\nEDEADLK\nENAMETOOLONG\n"u8 +
        "ENOLCK\nENOSYS\nENOTEMPTY\nELOOP\n\nENOMSG\nEIDRM\nECHRNG\nEL2NSYNC\nEL3HLT\nEL3RST\nELNRNG\n"u8 +
        "EUNATCH\nENOCSI\nEL2HLT\nEBADE\nEBADR\nEXFULL\nENOANO\nEBADRQC\nEBADSLT\n\nEBFONT\nENOSTR\n"u8 +
        "ENODATA\nETIME\nENOSR\nENONET\nENOPKG\nEREMOTE\nENOLINK\nEADV\nESRMNT\nECOMM\nEPROTO\n"u8 +
        "EMULTIHOP\nEDOTDOT\nEBADMSG\nEOVERFLOW\nENOTUNIQ\nEBADFD\nEREMCHG\nELIBACC\nELIBBAD\nELIBSCN\n"u8 +
        "ELIBMAX\nELIBEXEC\nEILSEQ\nERESTART\nESTRPIPE\nEUSERS\nENOTSOCK\nEDESTADDRREQ\nEMSGSIZE\n"u8 +
        "EPROTOTYPE\nENOPROTOOPT\nEPROTONOSUPPORT\nESOCKTNOSUPPORT\nEOPNOTSUPP\nEPFNOSUPPORT\n"u8 +
        "EAFNOSUPPORT\nEADDRINUSE\nEADDRNOTAVAIL\nENETDOWN\nENETUNREACH\nENETRESET\nECONNABORTED\n"u8 +
        "ECONNRESET\nENOBUFS\nEISCONN\nENOTCONN\nESHUTDOWN\nETOOMANYREFS\nETIMEDOUT\nECONNREFUSED\n"u8 +
        "EHOSTDOWN\nEHOSTUNREACH\nEALREADY\nEINPROGRESS\nESTALE\nEUCLEAN\nENOTNAM\nENAVAIL\nEISNAM\n"u8 +
        "EREMOTEIO\nEDQUOT\nENOMEDIUM\nEMEDIUMTYPE\nECANCELED\nENOKEY\nEKEYEXPIRED\nEKEYREVOKED\n"u8 +
        "EKEYREJECTED\nEOWNERDEAD\nENOTRECOVERABLE\nERFKILL\nEHWPOISON\n"u8;

    private static ReadOnlySpan<byte> RestartLines => "ERESTARTSYS\nERESTARTNOINTR\nERESTARTNOHAND\n\nERESTART_RESTARTBLOCK\n"u8;

    /// <summary>The name of an error number; "E?" for one that Linux does not know.</summary>
    public static ReadOnlySpan<byte> Find(int number)
        => number < (int)Errno.ERESTARTSYS ? Find(Lines, number) : Find(RestartLines, number - (int)Errno.ERESTARTSYS + 1);

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> lines, int number)
    {
        for (int line = 1; !lines.IsEmpty; line++)
        {
            int end = lines.IndexOf((byte)'\n');
            if (line == number && end > 0)
            {
                return lines[..end];
            }

            lines = lines[(end + 1)..];
        }

        return "E?"u8;
    }
}
